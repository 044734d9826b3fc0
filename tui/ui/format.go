package ui

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Count formats a number with thousands separators: 81,273.
func Count(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = "−", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}

// Size formats a number of bytes.
func Size(n int64) string {
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	value := float64(n)
	for _, unit := range []string{"kB", "MB", "GB", "TB"} {
		value /= 1000
		if value < 999.5 || unit == "TB" {
			return strconv.FormatFloat(value, 'f', map[bool]int{true: 1}[value < 99.95], 64) + " " + unit
		}
	}
	return ""
}

// Short formats a number in few columns: 956, 2.1k, 81k, 4.1M.
func Short(n float64) string {
	for _, unit := range []string{"", "k", "M", "G"} {
		if n < 999.5 || unit == "G" {
			return strconv.FormatFloat(n, 'f', map[bool]int{true: 1}[unit != "" && n < 9.95], 64) + unit
		}
		n /= 1000
	}
	return ""
}

// Span formats a duration.
func Span(seconds float64) string {
	switch {
	case seconds < 0.0095:
		return fmt.Sprintf("%.0f ms", seconds*1000)
	case seconds < 59.95:
		return strconv.FormatFloat(seconds, 'f', map[bool]int{true: 2, false: 1}[seconds < 9.95], 64) + " s"
	case seconds < 3600:
		return fmt.Sprintf("%d:%02d", int(seconds)/60, int(seconds)%60)
	default:
		return fmt.Sprintf("%d:%02d:%02d", int(seconds)/3600, int(seconds)/60%60, int(seconds)%60)
	}
}

// Ago formats the time since a moment.
func Ago(now, then time.Time) string {
	d := now.Sub(then)
	switch {
	case then.IsZero():
		return "—"
	case d < time.Second:
		return "just now"
	case d < time.Minute:
		return fmt.Sprintf("%d s ago", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h ago", int(d.Hours()))
	default:
		return fmt.Sprintf("%d days ago", int(d.Hours()/24))
	}
}

// Percent formats a share of a whole.
func Percent(part, whole int64) string {
	if whole == 0 {
		return ""
	}
	return fmt.Sprintf("%.1f%%", 100*float64(part)/float64(whole))
}

// Plural formats a number of things.
func Plural(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Count(n) + " " + many
}

// sparks are the bars. The highest leaves a little room, so that adjacent lines
// do not touch.
var sparks = []rune("▁▂▃▄▅▆▇")

// Spark draws values as bars of one line, the newest on the right.
func Spark(values []int64, width int) string {
	if len(values) > width {
		values = values[len(values)-width:]
	}
	most := int64(0)
	for _, v := range values {
		most = max(most, v)
	}
	var b strings.Builder
	for _, v := range values {
		level := 0
		if most > 0 && v > 0 {
			level = int((float64(v)/float64(most))*float64(len(sparks)-1) + 0.5)
		}
		b.WriteRune(sparks[level])
	}
	return b.String()
}
