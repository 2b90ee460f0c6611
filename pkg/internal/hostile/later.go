package hostile

// Later are names that came with other branches and wait for their hostile calls, by folder: the list
// must only become shorter.
var Later = map[string][]string{
	"regression": {"ByLevel", "Chain.Borders", "Chain.HalfDepth", "Chain.LawOf", "Chain.SetBarrier", "Chain.SetShare", "Exits", "FitPower", "Guide", "HalfWay", "Law.String", "LocalSlopes", "Logs", "MeanShares", "MeanTimes", "NewSet", "OfSize"},
}
