package pipeline

import (
	"fmt"
	"io/fs"
	"strings"
)

// CheckName refuses, with ErrUnsafe, a name that could mean anything but a
// file below a lake's root, on this system or another.
func CheckName(name string) error {
	if !fs.ValidPath(name) || name == "." || strings.ContainsAny(name, "\x00\\") {
		return fmt.Errorf("the name %q %w", name, ErrUnsafe)
	}
	return nil
}

// Hidden tells whether readers of a lake pass over a file or folder of that
// name.
func Hidden(base string) bool {
	return strings.HasPrefix(base, "_") || strings.HasPrefix(base, ".")
}
