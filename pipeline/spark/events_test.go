package spark

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	started   = `{"Event":"SparkListenerLogStart","Spark Version":"3.5.4"}`
	executor  = `{"Event":"SparkListenerExecutorAdded","Timestamp":1,"Executor ID":"0","Executor Info":{"Host":"10.0.0.7","Total Cores":4}}`
	app       = `{"Event":"SparkListenerApplicationStart","App Name":"customer_trusted","App ID":"local-1","Timestamp":1,"User":"root"}`
	stageUp   = `{"Event":"SparkListenerStageSubmitted","Stage Info":{"Stage ID":%d,"Stage Attempt ID":%d,"Stage Name":"collect","Number of Tasks":%d}}`
	taskEnd   = `{"Event":"SparkListenerTaskEnd","Stage ID":%d,"Stage Attempt ID":%d,"Task End Reason":{"Reason":"%s","Description":"secret"},"Task Metrics":{"Output Metrics":{"Bytes Written":9,"Records Written":%d}}}`
	stageDone = `{"Event":"SparkListenerStageCompleted","Stage Info":{"Stage ID":%d,"Stage Attempt ID":%d,"Number of Tasks":%d%s}}`
	appDone   = `{"Event":"SparkListenerApplicationEnd","Timestamp":1}`
)

func TestProgressIsReadFromTheEventLog(t *testing.T) {
	t.Parallel()
	p := &progress{}
	for _, c := range []struct{ event, says, detail string }{
		{started, "", "starting Spark"},
		{app, "application local-1 started on Spark 3.5.4", "waiting for an executor"},
		{executor, "executor 0 on 10.0.0.7, cores: 4", "planning"},
		{"damaged", "", "planning"},
		{`{"Event":"SparkListenerTaskStart","Stage ID":0}`, "", "planning"},
		{fmt.Sprintf(stageUp, 0, 0, 2), "", "stages done: 0, tasks: 0/2"},
		{fmt.Sprintf(stageUp, 0, 0, 2), "", "stages done: 0, tasks: 0/2"},
		{fmt.Sprintf(stageUp, 1, 0, 3), "", "stages done: 0, tasks: 0/5"},
		{fmt.Sprintf(taskEnd, 0, 0, "Success", 3), "", "stages done: 0, tasks: 1/5"},
		{fmt.Sprintf(taskEnd, 0, 0, "ExceptionFailure", 3), "a task of stage 0 failed: ExceptionFailure", "stages done: 0, tasks: 1/5"},
		{fmt.Sprintf(taskEnd, 0, 0, "Success", 4), "", "stages done: 0, tasks: 2/5"},
		{fmt.Sprintf(taskEnd, 7, 0, "Success", 0), "", "stages done: 0, tasks: 2/5"},
		{fmt.Sprintf(stageDone, 0, 0, 2, ""), "stage 0 completed, tasks: 2", "stages done: 1, tasks: 0/3"},
		{fmt.Sprintf(stageDone, 1, 0, 3, `,"Failure Reason":"secret"`), "stage 1 failed", "stages done: 1"},
		{fmt.Sprintf(stageUp, 1, 1, 3), "", "stages done: 1, tasks: 0/3"},
		{fmt.Sprintf(stageDone, 1, 1, 3, ""), "stage 1 completed, tasks: 3", "stages done: 2"},
		{`{"Event":"SparkListenerExecutorRemoved","Executor ID":"0","Removed Reason":"secret"}`, "executor 0 was removed", "stages done: 2"},
		{appDone, "", "stages done: 2"},
	} {
		if says := p.take([]byte(c.event)); says != c.says || p.detail() != c.detail {
			t.Errorf("%s: it says %q and shows %q", c.event, says, p.detail())
		}
	}
	if p.RowsWritten != 7 || !p.Ended || p.Executors != 0 || !p.HadExecutor {
		t.Errorf("at the end: %+v", p)
	}
}

func TestTheEventLogIsReadWhileItIsWritten(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "a [b]")
	var got []string
	l := &eventLog{folder: folder}
	poll := func(want ...string) {
		t.Helper()
		got = nil
		if err := l.poll(func(text []byte) { got = append(got, string(text)) }); err != nil || !slices.Equal(got, want) {
			t.Fatalf("read %q, %v", got, err)
		}
	}
	poll()
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	poll()
	if err := os.WriteFile(filepath.Join(folder, ".a.crc"), []byte("no\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	poll()
	file, err := os.Create(filepath.Join(folder, "local-1.inprogress"))
	if err != nil {
		t.Fatal(err)
	}
	write := func(text string) {
		t.Helper()
		if _, err := file.WriteString(text); err != nil {
			t.Fatal(err)
		}
	}
	poll()
	write("first\nsec")
	poll("first")
	write("ond\n\nthird")
	poll("second", "")
	if err := os.Rename(file.Name(), filepath.Join(folder, "local-1")); err != nil {
		t.Fatal(err)
	}
	write("\n" + strings.Repeat("x", eventLimit+1) + "\nlast\n")
	poll("third", "last")
	if err := errors.Join(l.close(), file.Close()); err != nil {
		t.Error(err)
	}
}

func FuzzProgress(f *testing.F) {
	f.Add([]byte(strings.Join([]string{
		started, app, executor, fmt.Sprintf(stageUp, 0, 0, 2), fmt.Sprintf(taskEnd, 0, 0, "Success", 1), fmt.Sprintf(stageDone, 0, 0, 2, ""), appDone,
	}, "\n")))
	f.Add([]byte(fmt.Sprintf(stageUp, 0, 0, -2) + "\n" + fmt.Sprintf(stageDone, 0, 0, 9, "")))
	f.Add([]byte(`{"Event":7}` + "\n[]\nnull\n" + `{"Event":"SparkListenerTaskEnd","Task Metrics":null}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var whole, cut progress
		for line := range strings.Lines(string(text) + "\n") {
			whole.take([]byte(strings.TrimSuffix(line, "\n")))
			if whole.TasksDone < 0 || whole.TasksDone > whole.Tasks || whole.Active < 0 || whole.Executors < 0 || whole.RowsWritten < 0 {
				t.Fatalf("impossible: %+v", whole)
			}
			if whole.Active == 0 && whole.Tasks != 0 {
				t.Fatalf("tasks without a stage: %+v", whole)
			}
		}
		l := eventLog{}
		for i := range text { // at every position
			l.add(text[i:i+1], func(line []byte) { cut.take(line) })
		}
		l.add([]byte{'\n'}, func(line []byte) { cut.take(line) })
		if whole.detail() != cut.detail() || whole.RowsWritten != cut.RowsWritten {
			t.Fatalf("%+v and %+v", whole, cut)
		}
	})
}
