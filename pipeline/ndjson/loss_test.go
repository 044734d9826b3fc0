package ndjson

import (
	"strings"
	"testing"
)

func TestRejectTellsWhetherTheLostRowsCanBeCounted(t *testing.T) {
	object := `{"s":"a{\"}{","l":[{"s":1},{"s":2}]}`
	for _, test := range []struct {
		name, line string
		uncounted  bool
	}{
		{"a wrong value", `{"s":1}`, false},
		{"a cut object", `{"s":"a","q":[{"x":1},{"x":`, false},
		{"a cut string", `{"s":"abc`, false},
		{"no object", `CANARY`, false},
		{"nested objects", `{"s":[{"s":1},{"s":2}]}`, false},
		{"a comma after the object", object + ",", false},
		{"an array of one", "[" + object + "]", false},
		{"two objects", object + object, false},
		{"three objects", object + object + object, true},
		{"objects with commas", strings.Repeat(object+", ", 100), true},
		{"an array of several", "[" + object + strings.Repeat(","+object, 2) + "]", true},
		{"an array in an array", "[[" + object + "],[" + object + "," + object + "]]", true},
		{"a wrong value before the others", `{"s":1}` + object + object, true},
		{"a broken string before the others", `{"s":"x}` + strings.Repeat(`,{"s":"y"}`, 3), true},
		{"a cut object before the others", `{"s":"x","q":` + `{"s":"y"}{"s":"z"}`, true},
		{"a line that is too long", `{"s":"` + strings.Repeat("a", 1<<20), false},
		{"many objects, longer than a line may be", strings.Repeat(object, 1<<15), true},
		{"large objects, longer than a line may be", strings.Repeat(`{"s":"`+strings.Repeat("a", 5000)+`"}`, 300), true},
	} {
		good := "{\"s\":\"a\"}\n"
		for _, name := range []string{"a.json", "a.json.gz"} {
			text := good + test.line + "\n" + good
			if name == "a.json.gz" {
				text = string(gzipped(t, []byte(text)))
			}
			s := NewScan([]File{file(t, t.TempDir(), name, text)}, everyType[:1], Limits{Ratio: 100_000})
			_, report := read(t, s)
			if len(report.Rejects) != 1 || report.Rejects[0].Uncounted != test.uncounted || report.Rejects[0].Whole() {
				t.Errorf("%s in %s: %v, uncounted %t", test.name, name, report.Rejects, len(report.Rejects) == 1 && report.Rejects[0].Uncounted)
			}
			if all, uncounted := s.Refused(); all != 1 || uncounted == 1 != test.uncounted {
				t.Errorf("%s in %s: %d refused, %d uncounted", test.name, name, all, uncounted)
			}
		}
	}
}

func TestReportTellsTheBytesOfTheRejectedLines(t *testing.T) {
	good := "{\"s\":\"a\"}\n"
	long := `{"s":"` + strings.Repeat("a", 400_000) + `"}` + "\r\n"
	for name, text := range map[string]string{
		"in the middle":       good + "{\"s\":5}\n" + good,
		"without a line feed": good + `{"s":5}`,
		"too long":            good + long + good + "{}{}\n" + long + good,
		"too long at the end": good + strings.TrimRight(long, "\r\n"),
		"longer than a block": good + strings.Repeat(long[:300_000], 10) + "\n" + good + "[]\n",
	} {
		want := int64(len(strings.ReplaceAll(text, good, "")))
		for _, file := range []File{
			file(t, t.TempDir(), "a.json", text),
			file(t, t.TempDir(), "a.json.gz", string(gzipped(t, []byte(text)))),
		} {
			s := NewScan([]File{file}, everyType[:1], Limits{Line: 100_000, Ratio: 100_000})
			_, report := read(t, s)
			if report.RejectedBytes != want || report.Files[0].RejectedBytes != want || report.Text != int64(len(text)) {
				t.Errorf("%s, %s: %d of %d bytes, want %d of %d", name, file.Name, report.RejectedBytes, report.Text, want, len(text))
			}
		}
	}
}

func TestRejectsOfAnUnfinishedScanHaveTheirLines(t *testing.T) {
	text := strings.Repeat("{\"s\":\"a\"}\n", 5000) + "{\"s\":5}\n" + strings.Repeat("{\"s\":\"a\"}\n", 5000)
	s := NewScan(files(t, text), everyType[:1], Limits{})
	defer s.Close()
	c := s.Cursor()
	vectors := newVectors(1)
	for range 3 {
		if _, err := c.Fill(t.Context(), vectors, batchRows); err != nil {
			t.Fatal(err)
		}
	}
	c.Close()
	report, err := s.SoFar(t.Context())
	if err != nil || len(report.Rejects) != 1 || report.Rejects[0].Line != 5001 || report.Rejected != 1 || report.Rows != 3*batchRows {
		t.Errorf("%+v, %v", report, err)
	}
}
