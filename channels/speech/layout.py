"""Between the words: one clean mark and one space for every heap of signs; runs of plain text are joined."""

from dataclasses import replace

from channels.speech.tokens import Token

_WEIGHT = {"": 0, " ": 0, "\n": 0, ",": 1, ":": 2, ".": 3, "?": 3, "!": 3}
_ENDS = (".", "?", "!", "\n")


def tidy(tokens: list[Token]) -> list[Token]:
    """Return the tokens with what stands between words settled: no double marks, no space before a comma."""
    laid: list[Token] = []
    at = 0
    while at < len(tokens):
        end = at
        while end < len(tokens) and tokens[end].kind == "mark":
            end += 1
        if end > at:
            laid += _between(tokens[at:end], last=laid[-1] if laid else None, more=end < len(tokens))
        if end < len(tokens):
            laid.append(_apart(laid, tokens[end]))
        at = end + 1
    return laid


def _between(run: list[Token], *, last: Token | None, more: bool) -> list[Token]:
    """Give the whole separation to the run's weightiest token; the others fall silent."""
    if more and last and len(run) == 1 and run[0].spoken == " ":
        return run  # nearly always
    marks = [token for token in run if not token.spoken.startswith("/")]
    heaviest = max(marks, key=lambda token: _WEIGHT[token.spoken], default=run[0])
    mark = heaviest.spoken.strip() if heaviest in marks else ""
    pause = max((token.spoken for token in run if token.spoken.startswith("/")), default="")
    lines = min(sum(token.spoken == "\n" for token in run), 2)
    if mark == "," and last and last.spoken.endswith((",", ":")):
        mark = ""
    if last is None:
        mark, lines = "", 0
    elif not more:
        mark, lines = mark.replace(",", ""), 0
    space = "\n" * lines or (" " if more and last is not None else "")
    between = mark + (f" {pause}" if pause and last else pause) + (space or (" " if pause and more else ""))
    return [replace(token, spoken=between if token is heaviest else "") for token in run]


def _apart(laid: list[Token], token: Token) -> Token:
    """Put a space between two pieces that met without one: «5kg» was one piece, «A&B» are three."""
    said = next((before.spoken for before in reversed(laid[-4:]) if before.spoken), "")
    if said[-1:].isalnum() and token.spoken[:1].isalnum():
        return replace(token, spoken=f" {token.spoken}")
    if said[-1:] == "," and token.spoken[:1].isalnum():
        return replace(token, spoken=f" {token.spoken}")
    return token


def ends_sentence(token: Token) -> bool:
    """Tell whether a sentence or line ends with this token."""
    return token.spoken.rstrip(" ").endswith(_ENDS) and token.kind in {"mark", "symbol"}


def join(tokens: list[Token], original: str) -> tuple[Token, ...]:
    """Return the tokens with neighbouring ones that changed nothing joined, sentence by sentence."""
    joined: list[Token] = []
    held: list[Token] = []
    for token in tokens:
        unchanged = not token.reason and token.spoken == original[token.start : token.end]
        if held and not (unchanged and not ends_sentence(token)):
            joined.append(_one(held))
            held = []
        if unchanged and not ends_sentence(token):
            held.append(token)
        else:
            joined.append(token)
    return (*joined, _one(held)) if held else tuple(joined)


def _one(held: list[Token]) -> Token:
    if len(held) == 1:
        return held[0]
    return Token(held[0].start, held[-1].end, "".join(token.spoken for token in held), "text")
