package output

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"slices"
	"strings"
	"testing"

	"stedi/pipeline/review"
)

// hostile is a report whose every text is hostile.
func hostile() *review.Report {
	const evil = "<script>alert(1)</script>|`x`]]>\"'&"
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 30, 20))); err != nil {
		panic(err)
	}
	target := review.Target{
		Target: evil, Version: "v2",
		Tables: []review.Table{
			{Table: "customer_trusted", Scripts: []string{evil}, Understood: true, Rows: new(int64(482)), RowsOnRightInputs: new(int64(482)), Claimed: []review.Claim{{Rows: 956, Where: evil}, {Rows: 482, Where: "a.png", Read: true}}, Funnel: []review.Stage{{Name: evil, Rows: 956}, {Name: "b", Rows: 482}}},
			{Table: "customer_curated", Scripts: []string{}, WouldFail: evil, Claimed: []review.Claim{}},
		},
		Items: []review.Item{
			{ID: "a", Result: review.Pass, Message: "good"},
			{ID: "b", Result: review.Fail, Where: "dir/a b.py:7", Message: evil, Feedback: evil, Code: []string{"   7  " + evil}},
			{ID: "c", Result: review.Warn, Where: "x.sql", Message: "odd", Feedback: "advice"},
			{ID: "d", Result: review.Unknown, Message: "who knows", Feedback: "look"},
		},
		Pictures: []review.Image{
			{Name: evil, Data: func() ([]byte, error) { return picture.Bytes(), nil }},
			{Name: "gone.png", Data: func() ([]byte, error) { return nil, errors.New("gone") }},
			{Name: "odd.pdf", Data: func() ([]byte, error) { return []byte("%PDF-1.7"), nil }},
		},
	}
	return &review.Report{Schema: review.Schema, Targets: []review.Target{target, target}}
}

func written(t *testing.T, format string, r *review.Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, format, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestTheReportFollowsItsSchema checks a report against the schema in the
// repository, as far as the schema goes.
func TestTheReportFollowsItsSchema(t *testing.T) {
	text, err := os.ReadFile("review.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema, report any
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(written(t, "json", hostile())), &report); err != nil {
		t.Fatal(err)
	}
	if faults := against(schema.(map[string]any), report, "$"); len(faults) > 0 { //nolint:forcetypeassert // the schema is an object
		t.Error(strings.Join(faults, "\n"))
	}
	if faults := against(schema.(map[string]any), map[string]any{"schema": "x", "other": 1.5}, "$"); len(faults) != 3 { //nolint:forcetypeassert // the schema is an object
		t.Errorf("a wrong report has the faults %v", faults)
	}
}

// against returns where a value does not follow a schema.
func against(schema map[string]any, value any, at string) (faults []string) {
	bad := func(format string, args ...any) { faults = append(faults, at+": "+fmt.Sprintf(format, args...)) }
	if want, ok := schema["const"]; ok && value != want {
		bad("is %v, not %v", value, want)
	}
	if all, ok := schema["enum"].([]any); ok && !slices.Contains(all, value) {
		bad("%v is none of %v", value, all)
	}
	if types := schema["type"]; types != nil && !slices.Contains(strings.Fields(strings.Trim(fmt.Sprint(types), "[]")), typeOf(value)) {
		bad("is a %s, not %v", typeOf(value), types)
	}
	switch v := value.(type) {
	case map[string]any:
		properties, _ := schema["properties"].(map[string]any)
		required, _ := schema["required"].([]any)
		for _, name := range required {
			if _, ok := v[fmt.Sprint(name)]; !ok {
				bad("%v is missing", name)
			}
		}
		for name, one := range v {
			if property, ok := properties[name].(map[string]any); ok {
				faults = append(faults, against(property, one, at+"."+name)...)
			} else if schema["additionalProperties"] == false {
				bad("%s is not allowed", name)
			}
		}
	case []any:
		if items, ok := schema["items"].(map[string]any); ok {
			for i, one := range v {
				faults = append(faults, against(items, one, fmt.Sprintf("%s[%d]", at, i))...)
			}
		}
	}
	return faults
}

func typeOf(value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case float64:
		if v == float64(int64(v)) {
			return "integer"
		}
		return "number"
	case []any:
		return "array"
	}
	return "object"
}

func TestThePageIsHarmlessAndNeedsNoNetwork(t *testing.T) {
	page := written(t, "html", hostile())
	if strings.Contains(page, "<script>alert") {
		t.Error("a text of the submission is markup")
	}
	for _, address := range []string{"http://", "https://", "src=\"/", "@import", "url("} {
		if strings.Contains(page, address) {
			t.Errorf("the page holds %q", address)
		}
	}
	for _, part := range []string{"data:image/jpeg;base64,", "it cannot be read", "pictures of this format are not shown", "dir/a b.py:7", "default-src &#39;none&#39;", "default-src 'none'"} {
		if part != "default-src &#39;none&#39;" && !strings.Contains(page, part) {
			t.Errorf("the page does not hold %q", part)
		}
	}
}

func TestTextHasDetailsOfOneAndAMatrixOfMany(t *testing.T) {
	many := hostile()
	if text := written(t, "text", many); !strings.Contains(text, "2 targets, 2 failed") || !strings.Contains(text, "482 / -") {
		t.Error(text)
	}
	many.Targets = many.Targets[:1]
	if text := written(t, "text", many); !strings.Contains(text, "FAIL  b: ") || !strings.Contains(text, "at dir/a b.py:7") || !strings.Contains(text, "956, 482") || !strings.Contains(text, "1 failed, 1 warning, 1 to look at") {
		t.Error(text)
	}
	text := written(t, "markdown", many)
	if strings.Contains(text, "<script>") {
		t.Error("a text of the submission is markup")
	}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "| FAIL") && strings.Count(strings.ReplaceAll(line, `\|`, ""), "|") != 6 {
			t.Errorf("a cell is broken: %s", line)
		}
	}
}

func TestMachineFormats(t *testing.T) {
	var suites struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
	}
	if err := xml.Unmarshal([]byte(written(t, "junit", hostile())), &suites); err != nil || suites.Tests != 8 || suites.Failures != 2 {
		t.Errorf("%+v, %v", suites, err)
	}
	var log struct {
		Version string
		Runs    []struct {
			Results []struct {
				RuleID, Kind, Level string
				Locations           []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           struct{ StartLine int }
					}
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(written(t, "sarif", hostile())), &log); err != nil {
		t.Fatal(err)
	}
	r := log.Runs[0].Results[1]
	if log.Version != "2.1.0" || r.Level != "error" || r.Locations[0].PhysicalLocation.ArtifactLocation.URI != "dir/a%20b.py" || r.Locations[0].PhysicalLocation.Region.StartLine != 7 {
		t.Errorf("%+v", r)
	}
}
