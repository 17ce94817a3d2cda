"""Reports: duties of a year, figures of a period, their documents, closing, submitting and summing up."""
