"""The command line: thin commands over the same verbs that the web uses."""

import sys

import click

from publisher.cli import backup, channels, doctor, people, plans, posts, radio, reach, report, serve
from publisher.refusal import Refused


class _Commands(click.Group):
    """Turns a refusal into one line on stderr and exit code 1; wrong usage stays click's own 2."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except Refused as error:
            click.echo(error.message, err=True)
            ctx.exit(1)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="publisher")
def main() -> None:
    """Lập lịch, duyệt và phát hành nội dung cải cách hành chính trên nhiều kênh."""


for _command in (
    serve.run,
    serve.web,
    serve.worker,
    serve.tick,
    plans.plan,
    posts.post,
    channels.channel,
    people.user,
    reach.reach,
    report.report,
    radio.radio,
    radio.token,
    doctor.doctor,
    backup.backup,
    backup.restore,
):
    main.add_command(_command)


def _utf8() -> None:
    # Windows consoles default to a code page without Vietnamese letters.
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")


_utf8()
