"""Measure, print the table, and write what ships: `python3 dev accuracy`."""

import argparse
import os
import sys
from pathlib import Path

from bench.accuracy import paid, reviewed
from bench.accuracy.labelled import FOLDER, mainnet
from bench.accuracy.measure import measured
from dyepack.cluster import rates
from dyepack.cluster.rates import Rate
from dyepack.cluster.rates_page import page, table

ROOT = Path(__file__).resolve().parents[2]
CSV = ROOT / "src" / "dyepack" / "cluster" / rates.FILE
REVIEWED = CSV.with_name("reviewed_labels.csv")
PAGE = ROOT / "docs" / "reference" / "error-rates.md"


def data() -> Path | None:
    """The folder of labelled transactions, where there is one."""
    folder = Path(os.environ.get("DYEPACK_SHARED") or ROOT.parent / "shared").joinpath(*FOLDER)
    return folder if folder.is_dir() else None


def figures(folder: Path | None) -> tuple[Rate, ...]:
    """All figures; where the labelled data are not here, those that ship stand for them."""
    made = measured(folder)
    kept = (rate for rate in rates.shipped() if rate.real or rate.population == paid.POPULATION)
    return made if folder is not None else (*kept, *made)


def main() -> int:
    """Measure, print and write; with --check only compare, and leave with 1 where something differs."""
    parser = argparse.ArgumentParser(prog="python3 dev accuracy", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with what ships, write nothing")
    asked = parser.parse_args()
    folder = data()
    if folder is None:
        sys.stderr.write("accuracy: no labelled data here (see DYEPACK_SHARED): their figures are those that ship\n")
    found = figures(folder)
    sys.stdout.write(table(found))
    wanted = {CSV: rates.written(found), PAGE: page(found)}
    if folder is not None:
        wanted[REVIEWED] = reviewed.written(reviewed.opinions(mainnet(folder)))
    if asked.check:
        stale = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
        for path in stale:
            sys.stderr.write(f"accuracy: {path.relative_to(ROOT)} says something else; run: python3 dev accuracy\n")
        return 1 if stale else 0
    for path, text in wanted.items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
