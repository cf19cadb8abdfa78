"""Prints the reason of each skipped and failed test, and as the last line "N passed, N failed, N skipped"."""

import pathlib
import sys
import xml.etree.ElementTree as xml

NS = {"t": "http://microsoft.com/schemas/VisualStudio/TeamTest/2010"}
MOST_CHARACTERS = 1500


def reason_of(result, *paths):
    texts = [result.findtext(f".//t:{path}", "", NS).strip() for path in paths]
    return "\n".join(text[:MOST_CHARACTERS] for text in texts if text) or "no reason given"


def print_times(file, total):
    """Prints the duration and the budget of each suite, in seconds."""
    for line in file.read_text().splitlines() if file.exists() else []:
        name, seconds, budget = line.split("\t")
        beside = f" of {budget}" if budget else ""
        over = ", OVER ITS BUDGET" if budget and float(seconds) > float(budget) else ""
        print(f"{name:<26}{float(seconds):6.0f} s{beside}{over}")
    print(f"{'together':<26}{total:6.0f} s")


counts = {"Passed": 0, "Failed": 0, "NotExecuted": 0}
failures = []
for file in sorted(pathlib.Path(sys.argv[1]).glob("*.trx")):
    for result in xml.parse(file).getroot().iterfind(".//t:UnitTestResult", NS):
        outcome = result.get("outcome", "Failed")
        outcome = outcome if outcome in counts else "Failed"
        counts[outcome] += 1
        if outcome == "NotExecuted":
            print(f"skipped: {result.get('testName')}: {reason_of(result, 'Message', 'StdOut')}")
        elif outcome == "Failed":
            failures.append(f"failed: {result.get('testName')}: {reason_of(result, 'Message', 'StackTrace')}")
print(*failures, sep="\n", end="\n" if failures else "")
# Prints the failures again in short form, because some systems show only the end of the output.
print(*(" ".join(failure.split())[:200] for failure in failures), sep="\n", end="\n" if failures else "")
print_times(pathlib.Path(sys.argv[1]) / "times.tsv", float(sys.argv[2]))
print(f"{counts['Passed']} passed, {counts['Failed']} failed, {counts['NotExecuted']} skipped")
sys.exit(1 if counts["Failed"] or not counts["Passed"] else 0)
