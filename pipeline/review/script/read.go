package script

import "strings"

func findOption(options []Option, name string) (Option, bool) {
	for _, o := range options {
		if strings.EqualFold(o.Name, name) {
			return o, true
		}
	}
	return Option{}, false
}

// Read reads one file. It does not fail: what it cannot read is a problem of
// the script.
func Read(name string, source []byte) *Script {
	return &Script{Name: name, Form: Python, Source: source}
}
