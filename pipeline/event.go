package pipeline

import "time"

// State is the state of a step.
type State int

// These are the states of a step.
const (
	Waiting State = iota
	Running
	Published
	UpToDate
	Failed
	Skipped // an upstream step failed
	Stopped // cancelled
)

var stateNames = [...]string{"waiting", "running", "published", "up to date", "failed", "skipped", "cancelled"}

func (s State) String() string { return stateNames[s] }

// MarshalText returns the state's name.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText parses the output of MarshalText; an unknown name is Waiting.
func (s *State) UnmarshalText(text []byte) error {
	*s = Waiting
	for i, name := range stateNames {
		if name == string(text) {
			*s = State(i)
		}
	}
	return nil
}

// Event reports the progress of a step. Events of one run arrive in
// order, from one goroutine.
type Event struct {
	Time     time.Time   `json:"time"`
	Run      string      `json:"run"`
	Step     string      `json:"step,omitempty"` // the table; empty for the run as a whole
	State    State       `json:"state"`
	Reason   string      `json:"reason,omitempty"` // why the step runs or does not
	Progress *Progress   `json:"progress,omitempty"`
	Log      string      `json:"log,omitempty"`    // a log line of the engine's tools; such an event reports nothing else
	Result   *StepRecord `json:"result,omitempty"` // of an ended step
	Err      string      `json:"error,omitempty"`
}
