package ndjson

import (
	"strings"
	"testing"
)

// badLines are lines that are invalid for everyType, each named after its
// fault. CANARY occurs in some values, and must never occur in a reason.
var badLines = []struct {
	name, line string
	column     int
	reason     string
}{
	// Truncated lines.
	{"ends in a key", `{"s`, 4, noStringReason},
	{"ends after a key", `{"s"`, 5, unendedReason},
	{"ends before a value", `{"s":`, 6, "s: " + unendedReason},
	{"ends in a string", `{"s":"CANARY`, 13, "s: " + noStringReason},
	{"ends after a value", `{"s":"CANARY"`, 14, unendedReason},
	{"ends after a comma", `{"s":"CANARY",`, 15, unendedReason},
	{"ends in a number", `{"l":-`, 6, "l: " + brokenNumber},
	{"ends in a literal", `{"b":tru`, 6, "b: " + notJSONReason},
	{"ends in a nested value", `{"q":{"r":[1,`, 14, unendedReason},
	// Bytes that are not UTF-8.
	{"Latin-1", "{\"s\":\"CANARY \xe9\"}", 14, utf8Reason(14)},
	{"Latin-1 in a key", "{\"caf\xe9\":1}", 6, utf8Reason(6)},
	{"Latin-1 after another fault", "{\"l\":true,\"s\":\"\xe9\"}", 16, utf8Reason(16)},
	{"UTF-8 cut short", "{\"s\":\"\xf0\x9f\x98\"}", 7, utf8Reason(7)},
	{"encoded surrogate", "{\"s\":\"\xed\xa0\x80\"}", 7, utf8Reason(7)},
	{"overlong encoding", "{\"s\":\"\xc0\x80\"}", 7, utf8Reason(7)},
	// Duplicate keys.
	{"column twice", `{"s":"a","s":"b"}`, 10, "s: " + twiceReason},
	{"column twice, escaped", `{"s":"a","\u0073":"b"}`, 10, "s: " + twiceReason},
	{"column twice, by case", `{"s":"a","S":"b"}`, 10, "s: " + twiceReason},
	{"unknown key twice", `{"q":1,"q":2}`, 8, twiceReason},
	{"unknown key twice, escaped", `{"q":1,"\u0071":2}`, 8, twiceReason},
	{"unknown key twice, by case", `{"q":1,"Q":2}`, 8, twiceReason},
	{"nested key twice", `{"q":{"r":1,"r":2}}`, 13, twiceReason},
	// Nested values for scalars.
	{"object for a string", `{"s":{"CANARY":1}}`, 6, "s: expected string, found object"},
	{"array for an integer", `{"i":[1]}`, 6, "i: expected int, found array"},
	{"array for a double", `{"d":[]}`, 6, "d: expected double, found array"},
	// Wrong types.
	{"string for an integer", `{"l":"5"}`, 6, "l: expected bigint, found string"},
	{"string for a double", `{"d":"5"}`, 6, "d: expected double, found string"},
	{"string for a boolean", `{"b":"true"}`, 6, "b: expected boolean, found string"},
	{"fraction for an integer", `{"l":5.7}`, 6, "l: expected bigint, found fraction or exponent"},
	{"zero fraction for an integer", `{"i":5.0}`, 6, "i: expected int, found fraction or exponent"},
	{"exponent for an integer", `{"l":1e5}`, 6, "l: expected bigint, found fraction or exponent"},
	{"false for an integer", `{"l":false}`, 6, "l: expected bigint, found boolean"},
	{"true for a double", `{"d":true}`, 6, "d: expected double, found boolean"},
	{"number for a string", `{"s":5}`, 6, "s: expected string, found number"},
	{"number for a boolean", `{"b":1}`, 6, "b: expected boolean, found number"},
	{"boolean for a string", `{"s":true}`, 6, "s: expected string, found boolean"},
	// Out of range.
	{"2^63", `{"l":9223372036854775808}`, 6, "l: out of the range of bigint"},
	{"-2^63-1", `{"l":-9223372036854775809}`, 6, "l: out of the range of bigint"},
	{"2^64+1", `{"l":18446744073709551617}`, 6, "l: out of the range of bigint"},
	{"a hundred digits", `{"l":1` + strings.Repeat("0", 99) + `}`, 6, "l: out of the range of bigint"},
	{"2^31", `{"i":2147483648}`, 6, "i: out of the range of int"},
	{"-2^31-1", `{"i":-2147483649}`, 6, "i: out of the range of int"},
	{"1e400", `{"d":1e400}`, 6, "d: out of the range of double"},
	{"-1e309", `{"d":-1e309}`, 6, "d: out of the range of double"},
	// Not JSON.
	{"NaN", `{"d":NaN}`, 6, "d: NaN and Infinity are not JSON"},
	{"Infinity", `{"d":Infinity}`, 6, "d: NaN and Infinity are not JSON"},
	{"-Infinity", `{"d":-Infinity}`, 6, "d: NaN and Infinity are not JSON"},
	{"trailing comma", `{"s":"a",}`, 10, "a comma before the closing brace"},
	{"leading comma", `{,"s":"a"}`, 2, "a key in double quotes is missing"},
	{"no comma", `{"s":"a" "b":true}`, 10, "neither a comma nor a closing brace after the value"},
	{"no colon", `{"s" "a"}`, 6, "a colon is missing after the key"},
	{"no value", `{"s":,"b":true}`, 6, "s: a value is missing"},
	{"single quotes", `{"s":'CANARY'}`, 6, "s: single quotes are not JSON"},
	{"no quotes around a key", `{s:"a"}`, 2, "a key in double quotes is missing"},
	{"leading zero", `{"l":01}`, 6, "l: " + brokenNumber},
	{"leading zero of a double", `{"d":01.5}`, 6, "d: " + brokenNumber},
	{"leading plus", `{"l":+1}`, 6, "l: " + notJSONReason},
	{"no digits before the point", `{"d":.5}`, 6, "d: " + notJSONReason},
	{"no digits after the point", `{"d":5.}`, 6, "d: " + brokenNumber},
	{"no digits in the exponent", `{"d":5e+}`, 6, "d: " + brokenNumber},
	{"two points", `{"d":1.0.0}`, 9, "neither a comma nor a closing brace after the value"},
	{"letters after a number", `{"l":1x}`, 7, "neither a comma nor a closing brace after the value"},
	{"letters after null", `{"l":nullx}`, 10, "neither a comma nor a closing brace after the value"},
	{"wrong null", `{"l":nul}`, 6, "l: " + notJSONReason},
	{"unknown escape", `{"s":"CANARY\x"}`, 13, "s: an escape that JSON does not have"},
	{"short escape", `{"s":"\u12"}`, 7, "s: an escape that JSON does not have"},
	{"high surrogate alone", `{"s":"\ud800"}`, 7, "s: half of a surrogate pair"},
	{"low surrogate alone", `{"s":"\udc00\ud800"}`, 7, "s: half of a surrogate pair"},
	{"surrogate alone in an unknown key's value", `{"q":"\ud800"}`, 7, "half of a surrogate pair"},
	{"control character", "{\"s\":\"a\x01b\"}", 8, "s: a control character in a string"},
	{"tab in a string", "{\"s\":\"a\tb\"}", 8, "s: a control character in a string"},
	{"tab in a key", "{\"\t\":1}", 3, "a control character in a string"},
	{"NUL bytes", "\x00\x00", 1, notJSONReason},
	{"form feed between tokens", "{\f}", 2, "a key in double quotes is missing"},
	{"bad value of an unknown key", `{"q":{"r":tru}}`, 11, notJSONReason},
	{"trailing comma in an unknown key's array", `{"q":[1,]}`, 9, "a value is missing"},
	{"bad number in an unknown key's value", `{"q":[1,02]}`, 9, brokenNumber},
	// Not an object, or more than one.
	{"null", `null`, 1, "expected object, found single value"},
	{"array", `[]`, 1, "expected object, found array"},
	{"number", `5`, 1, "expected object, found single value"},
	{"string", `"CANARY"`, 1, "expected object, found single value"},
	{"words", `CANARY`, 1, notJSONReason},
	{"two objects", `{"s":"a"}{"s":"b"}`, 10, "two objects on one line"},
	{"two objects with a space", `{} {}`, 4, "two objects on one line"},
	{"two objects with a carriage return", "{}\r{}", 4, "two objects on one line"},
	{"trailing brace", `{"s":"a"}}`, 10, "text after the JSON object"},
	{"trailing comma after the object", `{"s":"a"},`, 10, "text after the JSON object"},
	// Too deep or too long.
	{"65 levels", `{"q":` + strings.Repeat("[", 64) + strings.Repeat("]", 64) + `}`, 69, Limits{Depth: 64}.depthReason()},
	{"500,000 levels", `{"q":` + strings.Repeat("[", 500_000), 69, Limits{Depth: 64}.depthReason()},
	{"2 million levels", `{"q":` + strings.Repeat("[", 2_000_000), 1<<20 + 1, Limits{Line: 1 << 20}.lineReason()},
	{"1 MiB and one byte", `{"s":"` + strings.Repeat("a", 1<<20+1-8) + `"}`, 1<<20 + 1, Limits{Line: 1 << 20}.lineReason()},
	{"1 MiB and one byte of spaces", strings.Repeat(" ", 1<<20+1), 1<<20 + 1, Limits{Line: 1 << 20}.lineReason()},
}

func TestBadLineIsRejectedWithItsPlace(t *testing.T) {
	good := `{"s":"a","b":true,"i":1,"l":1,"d":1.0}` + "\n"
	for _, test := range badLines {
		t.Run(test.name, func(t *testing.T) {
			for name, before := range map[string]string{"general": "", "fast": strings.Repeat(good, 3)} {
				s := NewScan(files(t, before+good+test.line+"\r\n"+good), everyType, Limits{})
				rows, report := read(t, s)
				want := strings.Repeat("[a true 1 1 1]\n", strings.Count(before, "\n")+2)
				if got := show(rows); got != want {
					t.Errorf("%s path: the rows around it are\n%s", name, got)
				}
				if len(report.Rejects) != 1 || report.Rejected != 1 || report.Files[0].Rejected != 1 {
					t.Fatalf("%s path: rejects %v", name, report.Rejects)
				}
				r := report.Rejects[0]
				if r.Line != int64(strings.Count(before, "\n"))+2 || r.Column != test.column || r.Reason != test.reason || r.File != "a.json" {
					t.Errorf("%s path: got %s, want column %d: %s", name, r, test.column, test.reason)
				}
				if strings.Contains(r.String(), "CANARY") {
					t.Errorf("%s path: the reason holds a value: %s", name, r)
				}
				if raw := test.line[:min(len(test.line), len(r.Raw))]; string(r.Raw) != raw || len(raw) < min(len(test.line), keptOfLong) {
					t.Errorf("%s path: raw has %d bytes, want %d", name, len(r.Raw), len(test.line))
				}
			}
		})
	}
}

func TestRejectNamesItsColumn(t *testing.T) {
	_, report := read(t, NewScan(files(t, `{"timestamp":"5"}`), accelerometer, Limits{}))
	if got := report.Rejects[0].Field; got != "timestamp" {
		t.Errorf("field %q", got)
	}
}

func TestLongestAndDeepestLineIsAccepted(t *testing.T) {
	long := `{"s":"` + strings.Repeat("a", 1<<20-8) + `"}`
	deep := `{"q":` + strings.Repeat("[", 63) + strings.Repeat("]", 63) + `}`
	rows, report := read(t, NewScan(files(t, long+"\r\n"+deep+"\n"+long), everyType, Limits{}))
	if len(rows) != 3 || len(report.Rejects) != 0 {
		t.Errorf("%d rows, rejects %v", len(rows), report.Rejects)
	}
	if got, _ := rows[2][0].(string); len(got) != 1<<20-8 {
		t.Errorf("the string has %d bytes", len(got))
	}
}

func TestRejectedLineLeavesNothingInItsRow(t *testing.T) {
	content := `{"s":null,"b":null,"i":null,"l":null,"d":null,"q":}` + "\n" + `{"s":"a","b":true,"i":1,"l":1,"d":1.0}`
	rows, _ := read(t, NewScan(files(t, content), everyType, Limits{}))
	if got := show(rows); got != "[a true 1 1 1]\n" {
		t.Errorf("row %s", got)
	}
}
