"""Reads calendars with foreign parsers: python3 check.py FILE.ics...; needs `pip install icalendar python-dateutil`.

A summary that begins `START|END|` says which instants were meant; they have to be those that are read. Everything is read
twice, the second time with zones that nobody knows, so that the VTIMEZONEs of the file decide and not the parser's own copy
of the zone database. Times are read by dateutil, too, which has another reader of VTIMEZONEs.
"""

import re
import sys
from datetime import datetime, timedelta, timezone
from importlib.metadata import version
from io import StringIO

import icalendar
from dateutil import tz

NEEDED = ["UID", "DTSTAMP", "DTSTART", "SEQUENCE", "STATUS", "SUMMARY", "CREATED", "LAST-MODIFIED", "TRANSP"]
STRANGE = ("ATTACH", "X-EVIL")
faults = []


def utc(moment):
    return moment.astimezone(timezone.utc)


def hold(what, found, wanted):
    if found != wanted:
        faults.append(f"{what}: found {found}, wanted {wanted}")


def meant(event):
    """The instants that the summary says, if it says any."""
    parts = str(event["SUMMARY"]).split("|")
    return [datetime.fromisoformat(part.replace("Z", "+00:00")) for part in parts[:2]] if len(parts) > 2 else None


def lines(name, raw):
    text = raw.decode("utf-8")
    hold(f"{name}: bare line ends", len(re.findall("(?<!\r)\n|\r(?!\n)", text)), 0)
    hold(f"{name}: lines over 75 octets", [line for line in text.split("\r\n") if len(line.encode()) > 75], [])
    return text.replace("\r\n ", "")


def events(name, text):
    calendar = icalendar.Calendar.from_ical(text)
    hold(f"{name}: version", str(calendar["VERSION"]), "2.0")
    found = calendar.walk("VEVENT")
    for part in [calendar, *calendar.walk()]:
        hold(f"{name}: {part.name} errors", list(part.errors), [])
        hold(f"{name}: {part.name} what nobody wrote", [key for key in part if key.startswith(STRANGE)], [])
    for event in found:
        who = f"{name}: {event.get('UID')}"
        hold(f"{who}: what is missing", [key for key in NEEDED if key not in event], [])
        times = [utc(event["DTSTART"].dt), utc(event["DTEND"].dt)]
        hold(f"{who}: times", times, meant(event) or times)
        hold(f"{who}: ends after it begins", times[0] < times[1], True)
    hold(f"{name}: ids that are there twice", len(found) - len({str(event["UID"]) for event in found}), 0)
    if found:
        hold(f"{name}: method", str(calendar.get("METHOD")), "PUBLISH")
    return calendar, found


def free_busy(name, calendar):
    for part in calendar.walk("VFREEBUSY"):
        start, end = utc(part["DTSTART"].dt), utc(part["DTEND"].dt)
        hold(f"{name}: at most 31 days", end - start <= timedelta(days=31), True)
        hold(f"{name}: names", [key for key in ("ORGANIZER", "ATTENDEE", "SUMMARY", "COMMENT") if key in part], [])
        periods = part.get("FREEBUSY", [])
        last = start
        for period in periods if isinstance(periods, list) else [periods]:
            hold(f"{name}: kind", period.params["FBTYPE"] in ("BUSY", "BUSY-UNAVAILABLE"), True)
            hold(f"{name}: {period.to_ical()} in order, apart and inside", last <= utc(period.start) < utc(period.end) <= end, True)
            last = utc(period.end)


def by_dateutil(name, text, found):
    zones = tz.tzical(StringIO(text)) if "BEGIN:VTIMEZONE" in text else None
    for event in found:
        zone = event["DTSTART"].params.get("TZID")
        if zone:
            read = [utc(event[key].dt.replace(tzinfo=zones.get(zone), fold=0)) for key in ("DTSTART", "DTEND")]
            hold(f"{name}: {event['UID']} by dateutil", read, meant(event) or [utc(event[key].dt) for key in ("DTSTART", "DTEND")])


def main(paths):
    count = 0
    for number, path in enumerate(paths):
        with open(path, "rb") as file:
            text = lines(path, file.read())
        calendar, found = events(path, text)
        # Again, with zones that only the file tells about; the parser keeps what another file said of a name.
        own = re.sub(r"TZID([:=])([A-Za-z_]+/)", rf"TZID\1x-{number}-\2", text)
        again = events(f"{path} (own zones)", own)[1]
        for one, other in zip(found, again, strict=True):
            times = [[utc(event[key].dt) for key in ("DTSTART", "DTEND")] for event in (one, other)]
            hold(f"{path}: {one['UID']} by the file's own zones", times[1], times[0])
        by_dateutil(path, text, found)
        free_busy(path, calendar)
        count += len(found) + len(calendar.walk("VFREEBUSY"))
    for fault in faults[:20]:
        print("calendar:", fault)
    print(f"calendar: icalendar {version('icalendar')} and dateutil {version('python-dateutil')} read {count} parts of {len(paths)} files, {len(faults)} wrong")
    return bool(faults) or count == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
