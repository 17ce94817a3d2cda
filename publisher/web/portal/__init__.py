"""The public portal: what a reader, a feed reader or a search engine gets; everybody gets the same."""

from publisher.web.portal import feeds, files, finding, fonts, reading
from publisher.web.portal.blueprint import portal

__all__ = ["feeds", "files", "finding", "fonts", "portal", "reading"]
