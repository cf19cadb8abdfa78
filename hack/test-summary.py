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


def silent_projects(folder):
    """Projects that were run and left no result: a filter or a crash that hides all of their tests."""
    times = folder / "times.tsv"
    names = [line.split("\t")[0] for line in times.read_text().splitlines()] if times.exists() else []
    return [name for name in names if name.startswith("Operator.") and not results_of(folder / f"{name}.trx")]


def results_of(file):
    return list(xml.parse(file).getroot().iterfind(".//t:UnitTestResult", NS)) if file.exists() else []


folder = pathlib.Path(sys.argv[1])
counts = {"Passed": 0, "Failed": 0, "NotExecuted": 0}
failures = [f"failed: {name}: it ran no test" for name in silent_projects(folder)]
counts["Failed"] = len(failures)
for file in sorted(folder.glob("*.trx")):
    for result in results_of(file):
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
print_times(folder / "times.tsv", float(sys.argv[2]))
print(f"{counts['Passed']} passed, {counts['Failed']} failed, {counts['NotExecuted']} skipped")
sys.exit(1 if counts["Failed"] or not counts["Passed"] else 0)
