package ndjson

import (
	"bytes"
	"strconv"
	"time"
)

// The years that a date or timestamp may have. Other years have no spelling
// that every reader accepts.
const (
	firstYear = 1
	lastYear  = 9999
)

const (
	secondsOfDay  = 24 * 60 * 60
	microseconds  = 1_000_000
	millisDigits  = 13 // this many digits, or more, are milliseconds since 1970; fewer are seconds
	dateReason    = "not a date such as 2024-01-31"
	timeReason    = "not a timestamp such as 2024-01-31 23:59:59.5"
	yearReason    = "a year that is not between 1 and 9999"
	tooFineReason = "a timestamp finer than a microsecond"
)

var (
	firstDay = int64(time.Date(firstYear, 1, 1, 0, 0, 0, 0, time.UTC).Unix() / secondsOfDay)
	lastDay  = int64(time.Date(lastYear, 12, 31, 0, 0, 0, 0, time.UTC).Unix() / secondsOfDay)
)

// two parses two digits.
func two(text []byte) (n int, ok bool) {
	return int(text[0]-'0')*10 + int(text[1]-'0'), text[0]-'0' <= 9 && text[1]-'0' <= 9
}

// day parses a date such as 2024-01-31, as days since 1970.
func day(text []byte) (days int64, ok bool) {
	if len(text) != 10 || text[4] != '-' || text[7] != '-' {
		return 0, false
	}
	century, ok1 := two(text)
	year, ok2 := two(text[2:])
	month, ok3 := two(text[5:])
	date, ok4 := two(text[8:])
	if !ok1 || !ok2 || !ok3 || !ok4 {
		return 0, false
	}
	at := time.Date(100*century+year, time.Month(month), date, 0, 0, 0, 0, time.UTC)
	if at.Year() != 100*century+year || int(at.Month()) != month || at.Day() != date || at.Year() < firstYear {
		return 0, false
	}
	return at.Unix() / secondsOfDay, true
}

// parseDate parses a date as the OpenX SerDe does: text such as 2024-01-31, or
// the number of days since 1970. reason is empty on success.
func parseDate(text []byte) (days int32, reason string) {
	if n, ok := day(text); ok {
		return int32(n), ""
	}
	n, err := strconv.ParseInt(string(text), 10, 64)
	switch {
	case err != nil:
		return 0, dateReason
	case n < firstDay || n > lastDay:
		return 0, yearReason
	}
	return int32(n), ""
}

// parseTimestamp parses a timestamp as the OpenX SerDe does: text such as
// 2024-01-31 23:59:59.5, with a T or a blank between, in UTC or with a zone; or
// a number, which counts milliseconds since 1970 if it has at least 13 digits,
// and seconds if it has fewer or a fraction. It returns microseconds.
func parseTimestamp(text []byte) (micros int64, reason string) {
	if bytes.IndexByte(text, ':') >= 0 {
		return parseDateTime(text)
	}
	d, ok := decimalOf(text, nil)
	if !ok || bytes.ContainsAny(text, "eE") {
		return 0, timeReason
	}
	scale := 6
	if len(text) >= millisDigits && bytes.IndexByte(text, '.') < 0 {
		scale = 3
	}
	value, misfit := d.scaled(18, scale)
	switch {
	case misfit == decimalScale:
		return 0, tooFineReason
	case misfit != "":
		return 0, yearReason
	}
	micros = int64(value.low)
	if micros < firstDay*secondsOfDay*microseconds || micros >= (lastDay+1)*secondsOfDay*microseconds {
		return 0, yearReason
	}
	return micros, ""
}

func parseDateTime(text []byte) (micros int64, reason string) {
	const shortest = len("2024-01-31 23:59:59")
	if len(text) < shortest || text[10] != ' ' && text[10] != 'T' {
		return 0, timeReason
	}
	days, ok1 := day(text[:10])
	clock, ok2 := timeOfDay(text[11:shortest])
	if !ok1 || !ok2 {
		return 0, timeReason
	}
	fraction, rest, reason := fractionOf(text[shortest:])
	if reason != "" {
		return 0, reason
	}
	zone, ok := zoneOf(rest)
	if !ok {
		return 0, timeReason
	}
	seconds := days*secondsOfDay + clock - zone
	if seconds < firstDay*secondsOfDay || seconds >= (lastDay+1)*secondsOfDay {
		return 0, yearReason
	}
	return seconds*microseconds + fraction, ""
}

// timeOfDay parses a time such as 23:59:59, as seconds.
func timeOfDay(text []byte) (seconds int64, ok bool) {
	hour, ok1 := two(text)
	minute, ok2 := two(text[3:])
	second, ok3 := two(text[6:])
	if !ok1 || !ok2 || !ok3 || text[2] != ':' || text[5] != ':' || hour > 23 || minute > 59 || second > 59 {
		return 0, false
	}
	return int64(hour*3600 + minute*60 + second), true
}

// fractionOf parses a decimal point and at most nine digits, as microseconds.
func fractionOf(text []byte) (micros int64, rest []byte, reason string) {
	if len(text) == 0 || text[0] != '.' {
		return 0, text, ""
	}
	n := 1
	unit := int64(microseconds / 10)
	for ; n < len(text) && text[n]-'0' <= 9; n++ {
		if n > 6 && text[n] != '0' {
			return 0, nil, tooFineReason
		}
		micros += int64(text[n]-'0') * unit
		unit /= 10
	}
	if n == 1 || n > 10 {
		return 0, nil, timeReason
	}
	return micros, text[n:], ""
}

// zoneOf parses a zone such as Z, +02:00 or +0200, as seconds. An empty zone is
// UTC.
func zoneOf(text []byte) (seconds int64, ok bool) {
	switch {
	case len(text) == 0, len(text) == 1 && (text[0] == 'Z' || text[0] == 'z'):
		return 0, true
	case text[0] != '+' && text[0] != '-':
		return 0, false
	case len(text) == 6 && text[3] == ':':
		text = append(text[:3:3], text[4:]...)
	case len(text) != 5:
		return 0, false
	}
	hours, ok1 := two(text[1:])
	minutes, ok2 := two(text[3:])
	if !ok1 || !ok2 || hours > 18 || minutes > 59 {
		return 0, false
	}
	seconds = int64(hours*3600 + minutes*60)
	if text[0] == '-' {
		seconds = -seconds
	}
	return seconds, true
}

// appendDate appends a date such as 2024-01-31. A year outside the range is an
// error.
func appendDate(dst []byte, days int32) ([]byte, error) {
	if int64(days) < firstDay || int64(days) > lastDay {
		return dst, errYear
	}
	return time.Unix(int64(days)*secondsOfDay, 0).UTC().AppendFormat(dst, "2006-01-02"), nil
}

// appendTimestamp appends a timestamp such as 2024-01-31 23:59:59.5, without
// trailing zeros.
func appendTimestamp(dst []byte, micros int64) ([]byte, error) {
	if micros < firstDay*secondsOfDay*microseconds || micros >= (lastDay+1)*secondsOfDay*microseconds {
		return dst, errYear
	}
	return time.UnixMicro(micros).UTC().AppendFormat(dst, "2006-01-02 15:04:05.999999"), nil
}
