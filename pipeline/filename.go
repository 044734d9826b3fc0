package pipeline

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// CheckName returns an error that is ErrUnsafe, with the reason, for a name
// that could refer to anything but a file below a lake's root on any system.
func CheckName(name string) error {
	why := unfit(name)
	if why == "" {
		return nil
	}
	fix := ""
	if base := path.Base(name); unfit(base) != "" && base != "." && base != ".." && base != "/" {
		fix = fmt.Sprintf("Rename the file, such as to %q.", fitting(base))
	}
	return &Failure{Kind: BadUsage, Err: &nameError{name, why}, Fix: fix}
}

// unfit returns the reason why a name is not allowed, or "".
func unfit(name string) string {
	switch parts := strings.Split(name, "/"); {
	case name == "":
		return "is empty"
	case !utf8.ValidString(name):
		return "is not valid UTF-8"
	case strings.Contains(name, "\x00"):
		return "holds a NUL byte"
	case strings.Contains(name, `\`):
		return "holds a backslash"
	case !strings.HasPrefix(name, "/") && slices.Contains(parts, "") && !slices.Contains(parts, ".."):
		return "holds a folder without a name"
	case !fs.ValidPath(name) || name == ".":
		return ErrUnsafe.Error()
	}
	return ""
}

// fitting returns a name with its forbidden characters replaced.
func fitting(base string) string {
	return strings.NewReplacer(`\`, "_", "\x00", "_").Replace(strings.ToValidUTF8(base, "_"))
}

// nameError reports a file name that a lake does not allow.
type nameError struct{ name, why string }

func (e *nameError) Error() string { return fmt.Sprintf("the file name %q %s", e.name, e.why) }

func (e *nameError) Is(target error) bool { return target == ErrUnsafe }

// Hidden reports whether readers of a lake ignore files and folders with that
// name.
func Hidden(base string) bool {
	return strings.HasPrefix(base, "_") || strings.HasPrefix(base, ".")
}
