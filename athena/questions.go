package athena

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sync"

	"stedi/pipeline"
)

var _ pipeline.Counter = (*Engine)(nil)

// The size of a statement with many questions. A question is planned as up to
// about eight stages, and Trino takes 150 in a statement by default.
const (
	mostQuestions     = 16
	mostQuestionBytes = 150_000
)

// Counts answers questions in as few statements as Athena takes. Athena plans
// and charges each statement as a whole: one that fails because of some of its
// questions is free, and is asked again in two halves.
func (e *Engine) Counts(ctx context.Context, questions []pipeline.CountQuestion) ([]pipeline.CountAnswer, error) {
	answers := make([]pipeline.CountAnswer, len(questions))
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var work sync.WaitGroup
	free := make(chan struct{}, atOnce)
	for _, part := range parts(questions) {
		work.Go(func() {
			free <- struct{}{}
			defer func() { <-free }()
			if err := e.answer(ctx, questions[part.from:part.to], answers[part.from:part.to]); err != nil {
				stop(err)
			}
		})
	}
	work.Wait()
	return answers, context.Cause(ctx)
}

// span is a part of a list.
type span struct{ from, to int }

// parts divides questions into those of one statement each.
func parts(questions []pipeline.CountQuestion) []span {
	var all []span
	bytes := 0
	for i, q := range questions {
		size := len(q.SQL) + len(q.Against)
		for _, g := range q.Given {
			size += len(g.SQL)
		}
		last := len(all) - 1
		if last < 0 || i-all[last].from == mostQuestions || bytes+size > mostQuestionBytes {
			all, bytes, last = append(all, span{from: i}), 0, last+1
		}
		all[last].to, bytes = i+1, bytes+size
	}
	return all
}

// answer asks one statement, or two halves of it if Athena does not take it.
func (e *Engine) answer(ctx context.Context, questions []pipeline.CountQuestion, into []pipeline.CountAnswer) error {
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	sql, bytes, err := e.statement(ctx, questions)
	if err != nil {
		return err
	}
	if err := e.reserve(bytes); err != nil {
		return err
	}
	rows, err := e.answered(ctx, sql, bytes)
	switch {
	case err != nil && ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil && !dueToQuestions(err):
		return err
	case err != nil && len(questions) == 1:
		into[0].Err = err
		return nil
	case err != nil:
		middle := len(questions) / 2
		return errors.Join(e.answer(ctx, questions[:middle], into[:middle]), e.answer(ctx, questions[middle:], into[middle:]))
	case len(rows) != len(questions):
		return fmt.Errorf("%d counts came back for %d", len(rows), len(questions))
	}
	return answersOf(rows, into)
}

// answersOf takes over the numbers that came back.
func answersOf(rows [][]any, into []pipeline.CountAnswer) error {
	for i, row := range rows {
		numbers := make([]int64, len(row))
		for j, v := range row {
			var ok bool
			if numbers[j], ok = v.(int64); !ok && v != nil {
				return errors.New("a count that came back is not a number")
			}
		}
		into[i] = pipeline.CountAnswer{Rows: numbers[1], Others: numbers[2], Extra: numbers[3], Missing: numbers[4]}
	}
	return nil
}

// tooLarge matches failures of statements that ask for too much at once.
var tooLarge = regexp.MustCompile(`(?i)TOO_MANY_STAGES|exhausted resources|_MEMORY_LIMIT|EXCEEDED_TIME_LIMIT|COMPILER_ERROR|GENERATED_BYTECODE_TOO_LARGE`)

// dueToQuestions reports whether a failure may come from some of the questions
// of a statement.
func dueToQuestions(err error) bool {
	kind := pipeline.KindOf(err)
	return kind == pipeline.BadUsage || kind == pipeline.BadData || tooLarge.MatchString(err.Error())
}

// statement is one that asks some questions, and how many bytes it reads at
// most.
func (e *Engine) statement(ctx context.Context, questions []pipeline.CountQuestion) (sql string, bytes int64, err error) {
	var aliases []alias
	var named []*pipeline.Table
	for _, q := range questions {
		for _, t := range q.Reads {
			if slices.Contains(named, t) {
				continue
			}
			named = append(named, t)
			if a, ok := e.names.alias(t, true); ok {
				aliases = append(aliases, a)
			}
		}
	}
	list, err := with(aliases)
	if err != nil {
		return "", 0, err
	}
	sizes, err := e.client.sizes(ctx, questions)
	if err != nil {
		return "", 0, err
	}
	sql, err = sqlFiles.Text("questions.sql", map[string]any{"Names": list, "Questions": questions})
	return sql, sizes.of(questions), err
}

// sizes are the bytes of tables; less than 0: unknown.
type sizes map[*pipeline.Table]int64

// sizes looks up the tables that questions read.
func (c *Client) sizes(ctx context.Context, questions []pipeline.CountQuestion) (sizes, error) {
	found := sizes{}
	for _, q := range questions {
		for _, t := range q.Reads {
			if _, known := found[t]; known {
				continue
			}
			found[t] = -1
			if c.options.Size == nil {
				continue
			}
			var err error
			if found[t], err = c.options.Size(ctx, t); err != nil {
				return nil, err
			}
		}
	}
	return found, nil
}

// of is how many bytes a statement with some questions reads at most: Athena
// reads a table again for each of them.
func (s sizes) of(questions []pipeline.CountQuestion) (bytes int64) {
	for _, q := range questions {
		for _, t := range q.Reads {
			bytes += max(s[t], 0)
		}
	}
	return bytes
}

// CountsAtMost returns what Counts would read and cost at most. Athena reads
// fewer bytes of formats that have columns, such as Parquet.
func (e *Engine) CountsAtMost(ctx context.Context, questions []pipeline.CountQuestion) (pipeline.Forecast, error) {
	sizes, err := e.client.sizes(ctx, questions)
	if err != nil {
		return pipeline.Forecast{}, err
	}
	var f pipeline.Forecast
	for _, part := range parts(questions) {
		bytes := sizes.of(questions[part.from:part.to])
		f.Statements++
		f.ScannedBytes += bytes
		f.CostUSD += e.client.options.Price.Cost(bytes)
	}
	for t, bytes := range sizes {
		if bytes < 0 {
			f.Unknown = append(f.Unknown, t.Name)
		}
	}
	slices.Sort(f.Unknown)
	return f, nil
}
