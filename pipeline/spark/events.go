package spark

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"stedi/pipeline"
)

// progress is the state of an application, read from its event log.
type progress struct {
	App         string // id, or "" before the start
	Version     string
	Executors   int // current number
	HadExecutor bool
	Stages      int // completed
	Active      int // stages that are running
	TasksDone   int // of the running stages
	Tasks       int // of the running stages
	RowsWritten int64
	Ended       bool

	stages map[stageKey]*stage
}

type stageKey struct{ ID, Attempt int }

type stage struct{ tasks, done int }

// event holds the fields of an event that progress uses. It leaves out the
// texts of queries and errors, because they may quote rows.
type event struct {
	Event     string
	Version   string `json:"Spark Version"`
	App       string `json:"App ID"`
	Executor  string `json:"Executor ID"`
	StageID   int    `json:"Stage ID"`
	Attempt   int    `json:"Stage Attempt ID"`
	StageInfo struct {
		ID      int    `json:"Stage ID"`
		Attempt int    `json:"Stage Attempt ID"`
		Tasks   int    `json:"Number of Tasks"`
		Failure string `json:"Failure Reason"`
	} `json:"Stage Info"`
	Info struct {
		Host  string `json:"Host"`
		Cores int    `json:"Total Cores"`
	} `json:"Executor Info"`
	Reason struct {
		Reason string
	} `json:"Task End Reason"`
	Metrics struct {
		Output struct {
			Records int64 `json:"Records Written"`
		} `json:"Output Metrics"`
	} `json:"Task Metrics"`
}

// take reads one line of an event log. It returns a message for the log, or "".
// It ignores unknown events and damaged lines.
func (p *progress) take(text []byte) string {
	var e event
	if json.Unmarshal(text, &e) != nil {
		return ""
	}
	switch e.Event {
	case "SparkListenerLogStart":
		p.Version = e.Version
	case "SparkListenerApplicationStart":
		p.App = e.App
		return "application " + e.App + " started on Spark " + p.Version
	case "SparkListenerExecutorAdded":
		p.Executors++
		p.HadExecutor = true
		return fmt.Sprintf("executor %s on %s, cores: %d", e.Executor, e.Info.Host, e.Info.Cores)
	case "SparkListenerExecutorRemoved":
		p.Executors = max(0, p.Executors-1)
		return "executor " + e.Executor + " was removed"
	case "SparkListenerStageSubmitted":
		p.submitted(stageKey{e.StageInfo.ID, e.StageInfo.Attempt}, e.StageInfo.Tasks)
	case "SparkListenerStageCompleted":
		return p.completed(stageKey{e.StageInfo.ID, e.StageInfo.Attempt}, e.StageInfo.Tasks, e.StageInfo.Failure != "")
	case "SparkListenerTaskEnd":
		return p.taskEnded(stageKey{e.StageID, e.Attempt}, e.Reason.Reason, e.Metrics.Output.Records)
	case "SparkListenerApplicationEnd":
		p.Ended = true
	}
	return ""
}

func (p *progress) submitted(key stageKey, tasks int) {
	if p.stages == nil {
		p.stages = map[stageKey]*stage{}
	}
	if tasks = max(0, tasks); p.stages[key] == nil {
		p.stages[key] = &stage{tasks: tasks}
		p.Active++
		p.Tasks += tasks
	}
}

func (p *progress) completed(key stageKey, tasks int, failed bool) string {
	if s := p.stages[key]; s != nil {
		p.Active--
		p.Tasks -= s.tasks
		p.TasksDone -= s.done
		delete(p.stages, key)
	}
	if failed {
		return fmt.Sprintf("stage %d failed", key.ID)
	}
	p.Stages++
	return fmt.Sprintf("stage %d completed, tasks: %d", key.ID, tasks)
}

func (p *progress) taskEnded(key stageKey, reason string, rows int64) string {
	if reason != "Success" {
		return fmt.Sprintf("a task of stage %d failed: %s", key.ID, reason)
	}
	p.RowsWritten += max(0, rows)
	if s := p.stages[key]; s != nil && s.done < s.tasks {
		s.done++
		p.TasksDone++
	}
	return ""
}

// shown returns the progress for display.
func (p *progress) shown() pipeline.Progress {
	return pipeline.Progress{RowsWritten: p.RowsWritten, Detail: p.detail()}
}

// detail returns a short description of the current activity.
func (p *progress) detail() string {
	switch {
	case p.App == "":
		return "starting Spark"
	case !p.HadExecutor:
		return "waiting for an executor"
	case p.Active == 0 && p.Stages == 0:
		return "planning"
	case p.Active == 0:
		return fmt.Sprintf("stages done: %d", p.Stages)
	default:
		return fmt.Sprintf("stages done: %d, tasks: %d/%d", p.Stages, p.TasksDone, p.Tasks)
	}
}

// eventLimit is the longest event that is parsed, in bytes. Relevant events are
// far shorter, except for stages of very wide plans.
const eventLimit = 16 << 20

// eventLog reads the event log of one application while it is written.
type eventLog struct {
	folder string // contains only that log
	file   *os.File
	rest   []byte // start of an incomplete line
	skip   bool   // the current line exceeds eventLimit
}

// poll calls take with each complete line that was added since the last call.
func (l *eventLog) poll(take func(line []byte)) error {
	if l.file == nil {
		found, err := filepath.Glob(filepath.Join(escapeGlob(l.folder), "[^.]*"))
		if err != nil || len(found) == 0 {
			return err
		}
		// Spark renames the log at its end; the open file stays valid.
		if l.file, err = os.Open(found[0]); errors.Is(err, fs.ErrNotExist) {
			return nil
		} else if err != nil {
			return err
		}
	}
	chunk := make([]byte, 256<<10)
	for {
		n, err := l.file.Read(chunk)
		l.add(chunk[:n], take)
		if errors.Is(err, io.EOF) || n == 0 && err == nil {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (l *eventLog) add(text []byte, take func(line []byte)) {
	for {
		head, tail, whole := bytes.Cut(text, []byte{'\n'})
		if l.skip = l.skip || len(l.rest)+len(head) > eventLimit; l.skip {
			l.rest = nil
		} else {
			l.rest = append(l.rest, head...)
		}
		if !whole {
			return
		}
		if !l.skip {
			take(l.rest)
		}
		l.rest, l.skip, text = l.rest[:0], false, tail
	}
}

func (l *eventLog) close() error {
	if l.file == nil {
		return nil
	}
	return l.file.Close()
}
