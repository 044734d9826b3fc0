package registry

import "stedi/pipeline"

// Forecast estimates a plan on one engine, beside the selected engine.
type Forecast struct {
	Engine   string `json:"engine"`
	Selected bool   `json:"selected"`
	// Works: the engine can build the tables of the lake where it is stored now.
	Works     bool    `json:"works"`
	Seconds   float64 `json:"seconds"`
	CostUSD   float64 `json:"cost_usd"`
	PastSteps int     `json:"past_steps"` // steps of past runs on which the time is based; 0: it is assumed
	// The engine is faster, or cheaper, than the selected one from this size of
	// the landing tables on; nil: at no size. The present size: it is so now.
	FasterFrom  *int64 `json:"faster_from_bytes"`
	CheaperFrom *int64 `json:"cheaper_from_bytes"`
}

// largest is the factor up to which a size is sought from which an engine is
// better.
const largest = 1e6

// Forecasts estimates the build of tables on each engine.
func (l List) Forecasts(selected *Entry, place Place, work *Work, tables []*pipeline.Table) []Forecast {
	estimate := func(e *Entry, factor float64) Estimate {
		estimator := e.Estimate(work.Times(factor))
		var steps []Estimate
		for _, t := range tables {
			steps = append(steps, estimator.Table(t))
		}
		return Total(steps)
	}
	from := func(e *Entry, of func(Estimate) float64) *int64 {
		if e.Name == selected.Name {
			return nil
		}
		factor, ok := leastFactor(func(factor float64) bool {
			return of(estimate(e, factor)) < of(estimate(selected, factor))
		})
		if !ok {
			return nil
		}
		size := work.Times(factor).Landing()
		return &size
	}
	var all []Forecast
	for i := range l {
		e := &l[i]
		now := estimate(e, 1)
		all = append(all, Forecast{
			Engine: e.Name, Selected: e.Name == selected.Name, Works: e.BuildsLake(place) == nil,
			Seconds: now.Seconds, CostUSD: now.CostUSD, PastSteps: now.PastSteps,
			FasterFrom:  from(e, func(e Estimate) float64 { return e.Seconds }),
			CheaperFrom: from(e, func(e Estimate) float64 { return e.CostUSD }),
		})
	}
	return all
}

// leastFactor returns the least factor from 1 on with that property, to within a
// hundredth, if it holds for all larger ones.
func leastFactor(holds func(factor float64) bool) (float64, bool) {
	if holds(1) {
		return 1, true
	}
	low, high := 1.0, 2.0
	for ; !holds(high); high *= 2 {
		if high > largest {
			return 0, false
		}
		low = high
	}
	for high/low > 1.01 {
		if middle := (low + high) / 2; holds(middle) {
			high = middle
		} else {
			low = middle
		}
	}
	return high, true
}
