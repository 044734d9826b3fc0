package pipeline

import "time"

// JobRun is one run of the job that builds a table in a remote service,
// started by stedi or not.
type JobRun struct {
	Table      string    `json:"table"`
	Job        string    `json:"job"`
	ID         string    `json:"id"`
	State      string    `json:"state"` // in the words of the service
	Started    time.Time `json:"started"`
	Seconds    float64   `json:"seconds"` // without the wait for machines
	DPUSeconds float64   `json:"dpu_seconds"`
	CostUSD    float64   `json:"cost_usd"`
	Error      string    `json:"error,omitempty"`
}
