"""Adds up test results: the reason of each skipped test, and last the line "N passed, N failed, N skipped"."""

import pathlib
import sys
import xml.etree.ElementTree as xml

NS = {"t": "http://microsoft.com/schemas/VisualStudio/TeamTest/2010"}
counts = {"Passed": 0, "Failed": 0, "NotExecuted": 0}
for file in sorted(pathlib.Path(sys.argv[1]).glob("*.trx")):
    for result in xml.parse(file).getroot().iterfind(".//t:UnitTestResult", NS):
        outcome = result.get("outcome", "Failed")
        counts[outcome if outcome in counts else "Failed"] += 1
        if outcome == "NotExecuted":
            reason = result.findtext(".//t:Message", "", NS) or result.findtext(".//t:StdOut", "no reason given", NS)
            print(f"skipped: {result.get('testName')}: {reason.strip()}")
print(f"all tests took {float(sys.argv[2]):.0f} s")
print(f"{counts['Passed']} passed, {counts['Failed']} failed, {counts['NotExecuted']} skipped")
sys.exit(1 if counts["Failed"] or not counts["Passed"] else 0)
