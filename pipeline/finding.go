package pipeline

import "errors"

// Finding is what an examination of a lake's surroundings has found.
type Finding struct {
	About string `json:"about"` // what was looked at, such as "bucket" or a table
	Wrong bool   `json:"wrong"`
	Says  string `json:"says"`
	Fix   string `json:"fix,omitempty"` // the exact next step
	Kind  Kind   `json:"kind"`          // of what fails because of it; Done if nothing does
}

// Fine is a finding that all is well.
func Fine(about, says string) Finding { return Finding{About: about, Says: says} }

// Trouble is a finding from an error.
func Trouble(about string, err error) Finding {
	f := Finding{About: about, Wrong: true, Says: err.Error(), Kind: KindOf(err)}
	if failure, ok := errors.AsType[*Failure](err); ok {
		f.Says, f.Fix = failure.Err.Error(), failure.Fix
	}
	return f
}
