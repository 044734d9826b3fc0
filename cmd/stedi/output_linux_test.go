package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

func TestOutputThatCannotBeWrittenIsAnError(t *testing.T) {
	lake := sampleLake(t)
	for _, line := range []string{
		"--help", "run --help", "help run", "help", "check -h", "--version", "version", "completion", "completion bash", "man", "explain",
		"tables --lake LAKE", "preview customer_landing --lake LAKE", "plan --lake LAKE", "check --lake LAKE", "config --lake LAKE",
	} {
		t.Run(line, func(t *testing.T) {
			full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
			if err != nil {
				t.Skip(err)
			}
			cmd := command(t, nil, strings.Fields(strings.ReplaceAll(line, "LAKE", lake))...)
			var said bytes.Buffer
			cmd.Stdout, cmd.Stderr = full, &said
			_ = cmd.Run()
			_ = full.Close()
			if code := cmd.ProcessState.ExitCode(); code != 3 || said.String() != "stedi: write /dev/stdout: no space left on device\n" {
				t.Errorf("it ended with %d: %s", code, said.String())
			}
		})
	}
}

func TestAReaderThatClosesThePipeGetsNoError(t *testing.T) {
	for _, words := range [][]string{{"--help"}, {"man"}} {
		read, write, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		_ = read.Close()
		cmd := command(t, nil, words...)
		var said bytes.Buffer
		cmd.Stdout, cmd.Stderr = write, &said
		_ = cmd.Run()
		_ = write.Close()
		if said.Len() > 0 {
			t.Errorf("stedi %v: %s", words, said.String())
		}
	}
}

func TestAFolderThatCannotBeCreatedIsReportedWithItsFix(t *testing.T) {
	for _, name := range []string{"init", "sample"} {
		code, text := outcomeOf(t, anotherUser(t, nil, name, "new"))
		if code != 4 || !strings.Contains(text, "mkdir new: permission denied\n  Name a folder that can be written.") {
			t.Errorf("stedi %s ended with %d: %s", name, code, text)
		}
	}
}
