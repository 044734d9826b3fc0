package output

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"image"
	_ "image/gif" // pictures of submissions
	"image/jpeg"
	_ "image/png" // pictures of submissions
	"io"

	"golang.org/x/image/draw"

	"stedi/pipeline/printable"
	"stedi/pipeline/review"
)

//go:embed page.html
var pageHTML string

// The page holds the pictures in a smaller size.
const (
	pictureWidth  = 900
	picturePixels = 40_000_000
	pageBytes     = 48 << 20 // of all pictures
)

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"rows": rows, "text": printable.Text,
	"claims": func(t review.Table) string { return claims(&t) },
	"counts": func(t review.Target) string { return counts(&t) },
	"tally":  func(t review.Target) string { return tally(&t) },
	"mark":   func(r review.Result) string { return marks[r] },
	"worst":  func(t review.Target) review.Result { return review.Worst(t.Items) },
	"count":  func(t review.Target, r string) int { return t.Count(review.Result(r)) },
	"noted":  func(t review.Target) []string { return noted(&t) },
	"number": printable.Thousands,
	"share": func(t review.Table, n int64) int {
		most := int64(1)
		for _, s := range t.Funnel {
			most = max(most, s.Rows)
		}
		return int(100 * float64(n) / float64(most))
	},
	"of": func(t review.Target, result string) []review.Item {
		var items []review.Item
		for _, i := range t.Items {
			if string(i.Result) == result {
				items = append(items, i)
			}
		}
		return items
	},
	"ordered": func() []string { return []string{"fail", "warn", "unknown", "pass"} },
}).Parse(pageHTML))

// shot is a picture on the page.
type shot struct {
	Name, Table string
	Data        template.URL // "" if it is not shown
	Why         string
}

type section struct {
	review.Target
	ID    string
	Shots []shot
}

// page writes the page. Its pictures are decoded one at a time.
func page(w io.Writer, r *review.Report) error {
	budget := pageBytes
	sections := []section{}
	for i := range r.Targets {
		s := section{Target: r.Targets[i], ID: fmt.Sprintf("t%d", i+1)}
		for _, p := range r.Targets[i].Pictures {
			one := shot{Name: p.Name, Table: p.Table}
			one.Data, one.Why = inlined(p, budget)
			budget -= len(one.Data)
			s.Shots = append(s.Shots, one)
		}
		sections = append(sections, s)
	}
	return pageTemplate.Execute(w, struct {
		Sections []section
		Failed   int
	}{sections, r.Failed()})
}

// inlined returns a picture as the address of its data.
func inlined(p review.Image, budget int) (template.URL, string) {
	if budget <= 0 {
		return "", "the page holds too many pictures"
	}
	data, err := p.Data()
	if err != nil {
		return "", "it cannot be read"
	}
	size, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return "", "pictures of this format are not shown"
	}
	if size.Width < 1 || size.Height < 1 || size.Width*size.Height > picturePixels || size.Width > 30_000 || size.Height > 30_000 {
		return "", "it has too many pixels"
	}
	full, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return "", "it is damaged"
	}
	width := min(size.Width, pictureWidth)
	small := image.NewRGBA(image.Rect(0, 0, width, max(1, size.Height*width/size.Width)))
	draw.Draw(small, small.Bounds(), image.White, image.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(small, small.Bounds(), full, full.Bounds(), draw.Over, nil)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, small, &jpeg.Options{Quality: 70}); err != nil {
		return "", "it cannot be converted"
	}
	return template.URL("data:image/jpeg;base64," + base64.StdEncoding.EncodeToString(out.Bytes())), "" //nolint:gosec // it was encoded just now
}
