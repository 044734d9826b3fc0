package sample

// Invented names. A name may repeat; an e-mail never does.
var (
	firstNames = [...]string{
		"Aldra", "Arvo", "Belwin", "Brisa", "Caldo", "Corvin", "Delpha", "Dorrin",
		"Elvor", "Esmira", "Faldon", "Fenna", "Garo", "Gwella", "Halvar", "Hesta",
		"Idris", "Ilva", "Jarek", "Jovanna", "Kelda", "Korrin", "Lisbet", "Lorvan",
		"Maelle", "Mirko", "Nadira", "Norvin", "Odelle", "Orsin", "Pavla", "Perrin",
		"Quilla", "Quintus", "Rasko", "Rovena", "Selwyn", "Sorrel", "Tamsin", "Torvald",
		"Ulrika", "Umbert", "Valda", "Vesper", "Wendel", "Wilmet", "Yorick", "Zelda",
	}
	lastNames = [...]string{
		"Alderfen", "Ashmoor", "Birchlow", "Brackwell", "Cindervale", "Copperly", "Dapplewood", "Dunmarsh",
		"Eastbrook", "Elmhollow", "Fernside", "Flintham", "Glimmer", "Gorsedale", "Hartmead", "Heatherby",
		"Inkpen", "Ivybridge", "Jasperton", "Junipero", "Kestrelby", "Kilnford", "Larkspur", "Lowmoss",
		"Mallowby", "Millrace", "Nettlecombe", "Nightjar", "Oakenshaw", "Otterburn", "Peatling", "Plumtree",
		"Quarrier", "Quickbeam", "Ravensby", "Rushmere", "Saltmarsh", "Sedgewick", "Tanglewood", "Thistledown",
		"Underhill", "Upwater", "Vetchling", "Violetta", "Waxwing", "Willowby", "Yarrowdale", "Zephyrine",
	}
)
