package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"stedi/pipeline"
	"stedi/pipeline/printable"
)

// runLog is the log of --log-file: events with times, as JSON lines. It
// contains names, counts and times, and never row values: no arguments, no SQL,
// no check messages. The zero value logs nothing.
type runLog struct {
	logger *slog.Logger
	file   *os.File
	began  time.Time
}

var logLevels = []string{"debug", "info", "warn", "error"}

func (p *program) openLog(cmd *cobra.Command) error {
	if !slices.Contains(logLevels, p.config.logLevel) {
		return pipeline.Fail(pipeline.BadUsage, "", "Levels: "+strings.Join(logLevels, ", ")+".",
			"unknown log level %q%s", p.config.logLevel, p.config.where("log-level"))
	}
	if p.config.logFile == "" {
		if p.config.origins["log-level"] == "flag" {
			return pipeline.Fail(pipeline.BadUsage, "", "Name a file with --log-file.", "--log-level needs --log-file")
		}
		return nil
	}
	file, err := os.OpenFile(p.config.logFile, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return unwritable("--log-file"+p.config.where("log-file"), err)
	}
	var level slog.Level
	if err := level.UnmarshalText([]byte(p.config.logLevel)); err != nil {
		return errors.Join(fmt.Errorf("--log-level: %w", err), file.Close())
	}
	logger := slog.New(slog.NewJSONHandler(file, &slog.HandlerOptions{Level: level})).With("pid", os.Getpid())
	p.log = runLog{logger: logger, file: file, began: time.Now()}
	logger.Info("begin", "command", cmd.CommandPath(), "version", version)
	for name, origin := range p.config.origins {
		logger.Debug("setting", "name", name, "origin", origin)
	}
	return nil
}

func (p *program) closeLog() {
	if p.log.file == nil {
		return
	}
	if err := p.log.file.Close(); err != nil {
		tryWrite(p.stderr, "stedi: the end of the log may be missing: "+printable.Text(err.Error())+"\n")
	}
}

func (l *runLog) event(e pipeline.Event) {
	if l.logger == nil {
		return
	}
	if e.Progress != nil {
		l.logger.Debug("progress", "run", e.Run, "table", e.Step, "rows_read", e.Progress.RowsRead, "rows_written", e.Progress.RowsWritten)
		return
	}
	if e.Log != "" {
		l.logger.Info("engine", "run", e.Run, "table", e.Step, "says", e.Log)
		return
	}
	fields := []any{"run", e.Run, "table", e.Step, "state", e.State.String()}
	if e.Reason != "" {
		fields = append(fields, "reason", e.Reason)
	}
	if e.Result != nil {
		fields = append(fields, "rows", e.Result.Rows, "seconds", e.Result.Seconds)
	}
	if e.Err != "" {
		fields = append(fields, "error", e.Err)
	}
	name := "step"
	if e.Step == "" {
		name = "run"
	}
	switch e.State {
	case pipeline.Failed:
		l.logger.Error(name, fields...)
	case pipeline.Skipped, pipeline.Stopped:
		l.logger.Warn(name, fields...)
	default:
		l.logger.Info(name, fields...)
	}
}

func (l *runLog) end(r *pipeline.Record) error {
	if l.logger == nil {
		return nil
	}
	for _, c := range r.Checks {
		if c.State == "fail" {
			l.logger.Warn("check", "run", r.Run, "check", c.Check, "table", c.Table, "severity", c.Severity, "failing", c.Failing)
		}
	}
	return nil
}

// finish logs the exit code and the time of the command. It omits the error,
// because it may quote user input.
func (l *runLog) finish(err error) {
	if l.logger != nil {
		l.logger.Info("end", "exit_code", int(pipeline.KindOf(err)), "seconds", time.Since(l.began).Seconds())
	}
}
