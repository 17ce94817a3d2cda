"""The QR code of a sheet as one vector path, so that it prints sharp at any size."""

from functools import lru_cache

_OVERLAP = 0.02  # of a module: neighbouring rows share an edge, else viewers show a hairline between them
QUIET = 4  # modules of white around the code (ISO/IEC 18004)


@lru_cache(maxsize=64)
def code(address: str) -> tuple[int, tuple[tuple[float, float, float, float], ...]]:
    """Return the modules a side has, quiet zone included, and dark runs as (x, y, width, height) in modules.

    Error correction M: 15 % of the code may be dirty or torn; H would need smaller modules on the same paper.
    """
    import segno

    rows = [list(row) for row in segno.make_qr(address, error="m").matrix_iter(border=QUIET)]
    runs: list[tuple[float, float, float, float]] = []
    for y, row in enumerate(rows):
        start = None
        for x, dark in enumerate([*row, 0]):
            if dark and start is None:
                start = x
            elif not dark and start is not None:
                runs.append((float(start), float(y), float(x - start), 1.0 + _OVERLAP))
                start = None
    return len(rows), tuple(runs)
