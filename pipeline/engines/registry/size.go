package registry

import (
	"fmt"
	"slices"
	"strings"

	"stedi/pipeline"
)

// Size parses the byte size of a flag, such as 512MB; empty is 0.
func Size(flag, text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	var n float64
	var unit string
	if _, err := fmt.Sscanf(strings.ToUpper(strings.ReplaceAll(text, " ", "")), "%g%s", &n, &unit); err != nil || n <= 0 {
		return 0, pipeline.Fail(pipeline.BadUsage, "", "", "--%s %q: want a number with a unit, such as 512MB", flag, text)
	}
	units := []string{"KB", "MB", "GB", "TB"}
	binary := []string{"KIB", "MIB", "GIB", "TIB"}
	base := 1000.0
	i := slices.Index(units, unit)
	if i < 0 {
		i, base = slices.Index(binary, unit), 1024
	}
	if i < 0 {
		return 0, pipeline.Fail(pipeline.BadUsage, "", "", "--%s %q: want a number with a unit, such as 512MB", flag, text)
	}
	for range i + 1 {
		n *= base
	}
	return int64(n), nil
}
