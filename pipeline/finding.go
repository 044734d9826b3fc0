package pipeline

import "errors"

// Finding is one result of a diagnosis of a lake's environment.
type Finding struct {
	About string `json:"about"` // what was examined, such as "bucket" or a table
	Wrong bool   `json:"wrong"`
	Says  string `json:"says"`
	Fix   string `json:"fix,omitempty"` // the next step to take
	Kind  Kind   `json:"kind"`          // of what fails because of it; Done if nothing fails
}

// Fine returns a finding without a problem.
func Fine(about, says string) Finding { return Finding{About: about, Says: says} }

// Trouble returns a finding from an error.
func Trouble(about string, err error) Finding {
	f := Finding{About: about, Wrong: true, Says: err.Error(), Kind: KindOf(err)}
	if failure, ok := errors.AsType[*Failure](err); ok {
		f.Says, f.Fix = failure.Err.Error(), failure.Fix
	}
	return f
}
