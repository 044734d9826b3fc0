package pipeline

import "time"

// State is where a step is.
type State int

// The states of a step.
const (
	Waiting State = iota
	Running
	Published
	UpToDate
	Failed
	Skipped // something that it needs failed
	Stopped // cancelled
)

var stateNames = [...]string{"waiting", "running", "published", "up to date", "failed", "skipped", "cancelled"}

func (s State) String() string { return stateNames[s] }

// MarshalText gives the state's name.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what MarshalText gives; an unknown name is Waiting.
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
	Step     string      `json:"step,omitempty"` // the table; empty: the run as a whole
	State    State       `json:"state"`
	Reason   string      `json:"reason,omitempty"` // why it runs, or does not
	Progress *Progress   `json:"progress,omitempty"`
	Log      string      `json:"log,omitempty"`    // a line that the engine's machinery has said; nothing else is new
	Result   *StepRecord `json:"result,omitempty"` // of a step that has ended
	Err      string      `json:"error,omitempty"`
}
