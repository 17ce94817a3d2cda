"""Everything a person reads: web pages, the portal, scripts, sheets and documents."""
