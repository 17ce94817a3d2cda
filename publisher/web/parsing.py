"""Reading the body of a request: bounded, and with broken bytes marked so that they can be refused."""

from typing import IO, Any
from urllib.parse import parse_qsl

from flask import Request as FlaskRequest
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

URLENCODED = "application/x-www-form-urlencoded"


class BoundedParser(FormDataParser):
    """A form reader that treats both encodings of a form alike.

    Werkzeug leaves bytes of an urlencoded form that are no UTF-8 as `%ED%A0%80`, which would be stored as text; in
    a multipart form they become U+FFFD, which `text.clean` refuses by its place. And it bounds the memory of text
    fields in multipart forms only.
    """

    def parse(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str] | None = None
    ) -> tuple[IO[bytes], MultiDict[str, str], MultiDict[str, Any]]:
        """Return the rest of the stream, the fields and the files; `RequestEntityTooLarge` over a bound."""
        if mimetype != URLENCODED:
            return super().parse(stream, mimetype, content_length, options)
        most = self.max_form_memory_size
        data = stream.read() if most is None else stream.read(most + 1)
        if most is not None and len(data) > most:
            raise RequestEntityTooLarge
        try:
            fields = parse_qsl(
                data.decode("utf-8", "replace"),
                keep_blank_values=True,
                errors="replace",
                max_num_fields=self.max_form_parts,
            )
        except ValueError as error:
            raise RequestEntityTooLarge from error
        return stream, self.cls(fields), self.cls()


class Request(FlaskRequest):
    """A request whose forms are read by `BoundedParser`."""

    form_data_parser_class = BoundedParser
