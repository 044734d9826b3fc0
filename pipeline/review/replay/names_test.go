package replay_test

import (
	"testing"

	"stedi/pipeline/review/replay"
)

// TestMeaning reads names as people write them.
func TestMeaning(t *testing.T) {
	for name, want := range map[string][2]string{
		"customer_trusted":        {"customer", "trusted"},
		"cutomer_trusted":         {"customer", "trusted"},
		"custmoer_curated":        {"customer", "curated"},
		"acceleometer_landing":    {"accelerometer", "landing"},
		"acclerometers-lading":    {"accelerometer", "landing"},
		"acc_landing":             {"accelerometer", "landing"},
		"accountsTrusted":         {"", "trusted"},
		"costs_landing":           {"", "landing"},
		"landing_to_trusted":      {"", ""},
		"StepTrainerTursted":      {"step_trainer", "trusted"},
		"machine_learning_crated": {"ml", "curated"},
	} {
		entity, zone := replay.Meaning(name)
		if got := [2]string{entity, zone}; got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}
