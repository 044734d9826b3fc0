package picture

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

func svgOf(t *testing.T, view string, columns, rows int, o Options) string {
	t.Helper()
	var file strings.Builder
	if err := Parse(view, columns, rows).SVG(&file, o); err != nil {
		t.Fatal(err)
	}
	return file.String()
}

const hostile = "</text><script>alert(1)</script> &amp; \" ' ]]> <!-- \ufffe \x00\x07\x1b[2J\x1b[5;5Hmoved" +
	"\x1b]8;;https://example.com\x07link\x1b]8;;\x07\x1b]52;c;AAAA\x07\x1bPq\x1b\\\x1b_apc\x1b\\x \u202etfel\u2066 \xff\xc3 \u009b31m"

func TestHostileCellsStayTextInAnSVG(t *testing.T) {
	document := svgOf(t, hostile, 120, 3, Options{Title: hostile, Frame: true})
	checkSVG(t, document)
	for _, unwanted := range []string{"example.com", "\u202e", "\u2066", "AAAA"} {
		if strings.Contains(document, unwanted) {
			t.Errorf("the document holds %q", unwanted)
		}
	}
}

func checkSVG(t *testing.T, document string) {
	t.Helper()
	allowed := []string{"svg", "title", "defs", "path", "g", "use", "text"}
	decoder := xml.NewDecoder(strings.NewReader(document))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("not XML: %v", err)
		}
		element, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if !slices.Contains(allowed, element.Name.Local) {
			t.Errorf("element %s", element.Name.Local)
		}
		for _, a := range element.Attr {
			if a.Name.Local == "href" && !strings.HasPrefix(a.Value, "#") || strings.HasPrefix(a.Name.Local, "on") {
				t.Errorf("attribute %s=%q", a.Name.Local, a.Value)
			}
		}
	}
}

func TestTheTextOfAnSVGCanBeFound(t *testing.T) {
	document := svgOf(t, "│ \x1b[1mcustomer\x1b[0m_trusted  482 \x1b[8msecret\x1b[0m", 40, 1, Options{Title: "the lake"})
	for _, want := range []string{"│ customer_trusted  482<", "<title>the lake</title>"} {
		if !strings.Contains(document, want) {
			t.Errorf("%q is not in the document", want)
		}
	}
	if strings.Contains(document, "secret") {
		t.Error("concealed text can be read")
	}
}

func TestADenseScreenIsASmallSVG(t *testing.T) {
	if size := len(svgOf(t, dense(120, 36), 120, 36, Options{})); size > 300<<10 {
		t.Errorf("%d bytes", size)
	}
}

// Sharp edges are whole pixels, so a line thinner than a pixel would disappear.
func TestLinesStayWhenAnSVGIsShownSmaller(t *testing.T) {
	document := svgOf(t, "\x1b[41m \x1b[0m──\n│\x1b[4munderlined", 12, 2, Options{})
	_, sharp, _ := strings.Cut(document, `<g shape-rendering="crispEdges">`)
	sharp, smooth, _ := strings.Cut(sharp, "</g>")
	if ground := hex(Dark.colour(nil, Dark.Palette[1])); !strings.Contains(sharp, ground) {
		t.Error("the ground is not sharp")
	}
	line := `<path fill="` + hex(Dark.colour(nil, Dark.Foreground))
	if strings.Contains(sharp, line) || !strings.Contains(smooth, line) {
		t.Error("the lines are sharp")
	}
}
