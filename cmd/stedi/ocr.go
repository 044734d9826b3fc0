package main

import (
	"bytes"
	"context"
	"image"
	_ "image/jpeg" // screenshots
	_ "image/png"  // screenshots
	"io"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"

	"stedi/pipeline"
)

// pictureTime bounds the reading of one picture.
const pictureTime = 20 * time.Second

// results is the line above the rows that Athena shows.
var results = regexp.MustCompile(`(?i)\bResults?\s*\(\s*([0-9][0-9,. ]*)\s*\)`)

// pictureReader returns a function that reads the number of results in a
// screenshot of Athena, or nil.
func (p *program) pictureReader(ocr string, targets int) (func(context.Context, []byte) (int64, bool), error) {
	switch ocr {
	case "never":
		return nil, nil //nolint:nilnil // no pictures are read
	case "auto":
		if targets > 1 {
			return nil, nil //nolint:nilnil // reading takes seconds for each picture
		}
	case "always":
	default:
		return nil, pipeline.Fail(pipeline.BadUsage, "", "Write auto, always or never.", "--ocr %q is unknown", ocr)
	}
	program, err := exec.LookPath("tesseract")
	if err != nil {
		if ocr == "always" {
			return nil, pipeline.Fail(pipeline.BadUsage, "", "Install tesseract, or leave --ocr out.", "--ocr always: %w", err)
		}
		return nil, nil //nolint:nilnil // without the program a person reads the pictures
	}
	return func(ctx context.Context, data []byte) (int64, bool) { return readPicture(ctx, program, data) }, nil
}

func readPicture(ctx context.Context, program string, data []byte) (int64, bool) {
	size, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || size.Width > 10_000 || size.Height > 10_000 {
		return 0, false
	}
	ctx, cancel := context.WithTimeout(ctx, pictureTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, "stdin", "stdout", "--psm", "11")
	cmd.Stdin, cmd.Stderr = bytes.NewReader(data), io.Discard
	cmd.Env = []string{"OMP_THREAD_LIMIT=1", "LC_ALL=C"}
	text, err := cmd.Output()
	if err != nil {
		return 0, false
	}
	found := results.FindSubmatch(text)
	if found == nil {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.NewReplacer(",", "", ".", "", " ", "").Replace(string(found[1])), 10, 64)
	return n, err == nil
}
