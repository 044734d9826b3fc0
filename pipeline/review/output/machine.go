package output

import (
	"encoding/xml"
	"io"
	"net/url"
	"path"
	"strconv"
	"strings"

	"stedi/pipeline/printable"
	"stedi/pipeline/review"
)

type suites struct {
	XMLName  xml.Name `xml:"testsuites"`
	Tests    int      `xml:"tests,attr"`
	Failures int      `xml:"failures,attr"`
	Suites   []suite  `xml:"testsuite"`
}

type suite struct {
	Name     string     `xml:"name,attr"`
	Tests    int        `xml:"tests,attr"`
	Failures int        `xml:"failures,attr"`
	Skipped  int        `xml:"skipped,attr"`
	Cases    []testCase `xml:"testcase"`
}

type testCase struct {
	Class   string   `xml:"classname,attr"`
	Name    string   `xml:"name,attr"`
	File    string   `xml:"file,attr,omitempty"`
	Failure *message `xml:"failure"`
	Skipped *message `xml:"skipped"`
	Out     string   `xml:"system-out,omitempty"`
}

type message struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

func junit(w io.Writer, r *review.Report) error {
	all := suites{}
	for i := range r.Targets {
		t := &r.Targets[i]
		s := suite{Name: printable.Text(t.Target), Tests: len(t.Items), Failures: t.Count(review.Fail), Skipped: t.Count(review.Unknown)}
		for k := range t.Items {
			item := &t.Items[k]
			c := testCase{Class: s.Name, Name: item.ID, File: item.Where}
			switch item.Result {
			case review.Fail:
				c.Failure = &message{item.Message, strings.TrimSpace(item.Where + "\n" + answer(item))}
			case review.Unknown:
				c.Skipped = &message{Message: item.Message}
			default:
				c.Out = string(item.Result) + ": " + item.Message
				if said := item.Reviewer.Sentence(); said != "" {
					c.Out += "\nReviewer: " + said
				}
			}
			s.Cases = append(s.Cases, c)
		}
		all.Tests, all.Failures = all.Tests+s.Tests, all.Failures+s.Failures
		all.Suites = append(all.Suites, s)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

type object map[string]any

// sarif writes SARIF 2.1.0: https://docs.oasis-open.org/sarif/sarif/v2.1.0/.
func sarif(w io.Writer, r *review.Report) error {
	runs := []object{}
	for i := range r.Targets {
		t := &r.Targets[i]
		rules, results := []object{}, []object{}
		seen := map[string]bool{}
		for k := range t.Items {
			item := &t.Items[k]
			if !seen[item.ID] {
				seen[item.ID] = true
				rules = append(rules, object{"id": item.ID, "shortDescription": object{"text": titled(item)}})
			}
			results = append(results, result(item))
		}
		runs = append(runs, object{
			"tool":                  object{"driver": object{"name": "stedi review", "rules": rules}},
			"automationDetails":     object{"id": "stedi-review/" + url.PathEscape(path.Base(t.Target))},
			"originalUriBaseIds":    object{"TARGET": object{"description": object{"text": printable.Text(t.Target)}}},
			"results":               results,
			"columnKind":            "unicodeCodePoints",
			"defaultSourceLanguage": "python",
		})
	}
	return indented(w, object{"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": runs})
}

func result(item *review.Item) object {
	kinds := map[review.Result][2]string{review.Pass: {"pass", "none"}, review.Fail: {"fail", "error"}, review.Warn: {"fail", "warning"}, review.Unknown: {"review", "none"}}
	text := item.Message
	if said := answer(item); said != "" {
		text += ". " + said
	}
	one := object{"ruleId": item.ID, "kind": kinds[item.Result][0], "level": kinds[item.Result][1], "message": object{"text": text}}
	if item.Where == "" {
		return one
	}
	file, line := item.Where, 0
	if at := strings.LastIndexByte(file, ':'); at > 0 {
		if n, err := strconv.Atoi(file[at+1:]); err == nil && n > 0 {
			file, line = file[:at], n
		}
	}
	place := object{"artifactLocation": object{"uri": (&url.URL{Path: file}).EscapedPath(), "uriBaseId": "TARGET"}}
	if line > 0 {
		place["region"] = object{"startLine": line}
	}
	one["locations"] = []object{{"physicalLocation": place}}
	return one
}
