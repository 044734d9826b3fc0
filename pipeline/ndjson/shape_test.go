package ndjson

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
)

// wrongShapes are sensorLines in other shapes. Each is rejected as a whole, and
// following the advice converts it to JSON lines.
var wrongShapes = []struct {
	name, content, what string
	tool                string
}{
	{"comma after each", strings.ReplaceAll(sensorLines, "\n", ",\n"), "one object on each line with a comma after it", "sed"},
	{"comma after each but the last, CRLF", strings.TrimSuffix(strings.ReplaceAll(sensorLines, "\n", " ,\r\n"), " ,\r\n"), "one object on each line with a comma after it", "sed"},
	{"comma before each", "," + strings.TrimSuffix(strings.ReplaceAll(sensorLines, "\n", "\n,"), ","), "one object on each line with a comma before it", "sed"},
	{"joined", strings.ReplaceAll(sensorLines, "\n", ""), "objects that follow each other on one line", "jq"},
	{"joined with spaces, in lines", strings.ReplaceAll(sensorLines, "}\n{", "} {"), "objects that follow each other on one line", "jq"},
	{"joined by commas", strings.ReplaceAll(strings.TrimSpace(sensorLines), "\n", ", "), "objects with commas between them on one line", "jq"},
	{"joined by NUL bytes", strings.ReplaceAll(sensorLines, "\n", "\x00"), "objects that end in a NUL byte instead of a line feed", "tr"},
	{"text sequence", "\x1e" + strings.TrimSuffix(strings.ReplaceAll(sensorLines, "\n", "\n\x1e"), "\x1e"), "a JSON text sequence, with a record separator before each object", "tr"},
	{"carriage returns", strings.ReplaceAll(sensorLines, "\n", "\r"), "lines that end in a carriage return alone", "tr"},
	{"array", "[" + strings.ReplaceAll(strings.TrimSpace(sensorLines), "\n", ",") + "]", "a JSON array instead of one object on each line", "jq"},
	{"array over lines", "[\n" + strings.ReplaceAll(strings.TrimSpace(sensorLines), "\n", ",\n") + "\n]\n", "a JSON array instead of one object on each line", "jq"},
	{"arrays", strings.ReplaceAll(strings.ReplaceAll(sensorLines, "\n", "]\n"), "{\"", "[{\""), "JSON arrays instead of one object on each line", "jq"},
	{"pretty", strings.NewReplacer(",\"", ",\n  \"", "{\"", "{\n  \"", "}\n", "\n}\n").Replace(sensorLines), "objects that span lines instead of one on each line", "jq"},
	{"log prefix", "2024-01-01 INFO [main] " + strings.TrimSuffix(strings.ReplaceAll(sensorLines, "\n", "\n2024-01-01 INFO [main] "), "2024-01-01 INFO [main] "), "one object on each line with other text before it", "sed"},
	{"semicolon after each", strings.ReplaceAll(sensorLines, "\n", ";\n"), "one object on each line with other text after it", "sed"},
	{"within strings", func() string {
		var b strings.Builder
		for line := range strings.Lines(sensorLines) {
			fmt.Fprintf(&b, "%q\n", strings.TrimSpace(line))
		}
		return b.String()
	}(), "objects within JSON strings", "jq"},
	{"Python", strings.NewReplacer(`\"`, `"`, `"`, `'`, "true", "True", "false", "False", "null", "None").Replace(strings.ReplaceAll(sensorLines, `\"b\"`, `\x22b\x22`)), "Python dictionaries instead of JSON", "python3"},
	{"not a number", strings.NewReplacer(`,"ok":true`, `,"ok":true,"q":NaN`, `,"ok":false`, `,"q":[-Infinity],"ok":false`, `,"ok":null`, `,"ok":NaN`).Replace(sensorLines), "NaN or Infinity, which JSON does not have", "python3"},
	{"CSV", "serial,at,n,x,ok\r\na-1,1655564376361,200,0.5,True\r\n\"é \"\"b\"\", {c}\",1655564377361,-1,12.0,false\r\nd,1655564378361,0,1e-3,\r\n", "CSV with a header", "python3"},
	{"CSV with a mark and other columns", "\xef\xbb\xbfok,At,x,serial,more,n\ntrue,1655564376361,0.5,a-1,,200\nfalse,1655564377361,12,\"é \"\"b\"\", {c}\",5,-1\n,1655564378361,0.001,d,,0\n", "CSV with a header", "python3"},
	{"TSV", "serial\tat\tn\tx\tok\na-1\t1655564376361\t200\t0.5\ttrue\n\"é \"\"b\"\", {c}\"\t1655564377361\t-1\t12.0\tfalse\nd\t1655564378361\t0\t1e-3\t\n", "TSV with a header", "python3"},
	{"CSV without a header", "a-1,1655564376361,200,0.5,true\n\"é \"\"b\"\", {c}\",1655564377361,-1,12.0,false\nd,1655564378361,0,1e-3,\n", "CSV without a header", "python3"},
	{"semicolons", "serial;at;n;x;ok\na-1;1655564376361;200;0.5;true\n\"é \"\"b\"\", {c}\";1655564377361;-1;12.0;false\nd;1655564378361;0;1e-3;\n", "values with semicolons between them with a header", "python3"},
	{"UTF-16", utf16Text(sensorLines, true), "UTF-16 text", "iconv"},
	{"UTF-16 without a mark", utf16Text(sensorLines, false), "UTF-16 text", "iconv"},
	{"UTF-32BE without a mark", func() string {
		var b strings.Builder
		for _, r := range sensorLines {
			b.Write([]byte{0, 0, byte(r >> 8), byte(r)})
		}
		return b.String()
	}(), "UTF-32 text", "iconv"},
}

func utf16Text(s string, mark bool) string {
	var b strings.Builder
	if mark {
		b.WriteString("\xff\xfe")
	}
	for _, r := range s {
		b.Write([]byte{byte(r), byte(r >> 8)})
	}
	return b.String()
}

func TestWrongShapeIsNamedAndRepaired(t *testing.T) {
	for _, test := range wrongShapes {
		for _, name := range []string{"it's a.json", "a.json.gz"} {
			t.Run(test.name+" in "+name, func(t *testing.T) {
				if _, err := exec.LookPath(test.tool); err != nil {
					t.Skip(test.tool + " is not installed")
				}
				dir, data := t.TempDir(), test.content
				if strings.HasSuffix(name, ".gz") {
					data = string(gzipped(t, []byte(data)))
				}
				f := file(t, dir, name, data)
				if rows, report := read(t, NewScan([]File{f}, sensor, Limits{})); len(rows) != 0 || len(report.Rejects) != 1 || report.Rejects[0].Line != 0 {
					t.Errorf("%d rows, rejects %v", len(rows), report.Rejects)
				}
				look, err := LookAt(t.Context(), f, Limits{})
				if err != nil || !strings.HasPrefix(look.Reject, test.what) {
					t.Errorf("LookAt says %q, %v", look.Reject, err)
				}
				rows, whats := repaired(t, dir, name, sensor)
				if rows != sensorRows {
					t.Errorf("rows\n%s", rows)
				}
				if got := strings.Join(whats, "; "); got != test.what {
					t.Errorf("the file is said to be %q, want %q", got, test.what)
				}
			})
		}
	}
}

func TestMostlyRejectedFileIsRepaired(t *testing.T) {
	good := `{"serial":"g","at":1,"n":2,"x":3,"ok":true}` + "\n"
	const goodRow = "[g 1 2 3 true]\n"
	edit := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(sensorLines) }
	for _, test := range []struct {
		name, content, rows, what string
		tools                     string
	}{
		{
			"quoted numbers, keys in two cases", edit(`"at":1655564376361`, `"at" : "1655564376361"`, `"at":1655564377361`, `"AT":"1655564377361"`, `"at":1655564378361`, `"at":"1655564378361"`),
			sensorRows, "JSON lines with numbers in quotes (at)", "sed",
		},
		{
			"quoted numbers of several columns", edit(`:1655564376361`, `: "1655564376361"`, `:1655564377361`, `:"1655564377361"`, `:1655564378361`, `:"1655564378361"`, `:12.0`, `:"12.0"`, `:-1`, `:"-1"`, ":true", `:"true"`),
			sensorRows, "JSON lines with numbers in quotes (at, n, x, ok)", "sed",
		},
		{
			"fractions", good + edit(`376361`, `376361.0`, `377361`, `377361.00`, `378361`, `378361.0 `, `:-1`, `:-1.0`),
			goodRow + sensorRows, "JSON lines with whole numbers written with a fraction, such as 12.0 (at, n)", "sed",
		},
		{
			"numbers for strings", edit(`"a-1"`, `17`, `"é \"b\", {c}"`, `-1.5e3`, `"d"`, `0 `),
			"[17 1655564376361 200 0.5 true]\n[-1.5e3 1655564377361 -1 12 false]\n[0 1655564378361 0 0.001 <nil>]\n", "JSON lines with numbers where strings belong (serial)", "sed",
		},
		{
			"empty strings", strings.ReplaceAll(good, "2", `""`) + strings.ReplaceAll(good, "1", `""`),
			"[g 1 <nil> 3 true]\n[g <nil> 2 3 true]\n", "JSON lines with empty strings where numbers belong (at, n)", "sed",
		},
		{"commas after the first line", good + strings.ReplaceAll(sensorLines, "\n", ",\n"), goodRow + sensorRows, "one object on each line with a comma after it", "sed"},
		{"commas before the others", strings.TrimSuffix(strings.ReplaceAll(sensorLines, "\n", "\n, "), ", "), sensorRows, "one object on each line with a comma before it", "sed"},
		{"joined after the first line", good + strings.Repeat(strings.TrimSpace(good)+good, 2), strings.Repeat(goodRow, 5), "objects that follow each other on one line", "jq"},
		{"pretty after the first line", good + "{\n\"serial\":\"g\",\n\"at\":1,\"n\":2,\n\"x\":3,\"ok\":true\n}\n", goodRow + goodRow, "objects that span lines instead of one on each line", "jq"},
		{"log lines between", "starting\nconnected\n" + good + "done\n", goodRow, "objects with lines of other text between them", "grep"},
		{"Windows-1252", strings.ReplaceAll(good, "g", "caf\xe9 \x80"), "[café € 1 2 3 true]\n", "text in another encoding than UTF-8, such as Windows-1252", "iconv"},
	} {
		for _, name := range []string{"a.json", "a.json.gz"} {
			t.Run(test.name+" in "+name, func(t *testing.T) {
				if _, err := exec.LookPath(test.tools); err != nil {
					t.Skip(test.tools + " is not installed")
				}
				dir, data := t.TempDir(), test.content
				if strings.HasSuffix(name, ".gz") {
					data = string(gzipped(t, []byte(data)))
				}
				file(t, dir, name, data)
				rows, whats := repaired(t, dir, name, sensor)
				if rows != test.rows {
					t.Errorf("rows\n%swant\n%s", rows, test.rows)
				}
				if got := strings.Join(whats, "; "); got != test.what {
					t.Errorf("the file is said to hold %q, want %q", got, test.what)
				}
			})
		}
	}
}
