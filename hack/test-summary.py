"""Prints the reason of each skipped and failed test, and as the last line "N passed, N failed, N skipped"."""

import pathlib
import sys
import xml.etree.ElementTree as xml

NS = {"t": "http://microsoft.com/schemas/VisualStudio/TeamTest/2010"}
MOST_CHARACTERS = 1500


def reason_of(result, *paths):
    texts = [result.findtext(f".//t:{path}", "", NS).strip() for path in paths]
    return "\n".join(text[:MOST_CHARACTERS] for text in texts if text) or "no reason given"


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
print(f"all tests took {float(sys.argv[2]):.0f} s")
print(f"{counts['Passed']} passed, {counts['Failed']} failed, {counts['NotExecuted']} skipped")
sys.exit(1 if counts["Failed"] or not counts["Passed"] else 0)
