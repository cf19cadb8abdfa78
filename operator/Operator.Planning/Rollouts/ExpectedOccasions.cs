namespace Operator.Planning.Rollouts;

/// <summary>How many occasions coins and stores take on average. Nothing is decided by it but what is told and refused.</summary>
internal static class ExpectedOccasions
{
    /// <summary>With more runs than this the rarer arm decides alone: luck adds less than 2%.</summary>
    private const int MostCounted = 1000;

    /// <summary>Further occasions that are less likely than this are left out.</summary>
    private const double Negligible = 1e-6;

    /// <summary>
    /// Until both arms have <paramref name="runs"/> runs, with <paramref name="groups"/> coins an occasion that show the candidate with
    /// probability <paramref name="share"/>; with a share of 1 there is one arm only. The sum of the chances that an occasion more is
    /// needed: examples with 10 runs and a fair coin are 23.5 with one coin and 3.3 with eight.
    /// </summary>
    public static double OfRuns(int runs, int groups, double share)
    {
        if (share >= 1)
        {
            return Math.Ceiling((double)runs / groups);
        }
        if (runs > MostCounted)
        {
            return Math.Max(1, runs / (Math.Min(share, 1 - share) * groups));
        }
        var (candidate, stable) = (new Below(runs, share), new Below(runs, 1 - share));
        var expected = 0.0;
        while (true)
        {
            // Both arms can't be below together once there are enough coins for both; before, it is certain.
            var chance = Math.Min(1, candidate.Chance + stable.Chance);
            if (chance < Negligible)
            {
                return expected;
            }
            expected += chance;
            candidate.Toss(groups);
            stable.Toss(groups);
        }
    }

    /// <summary>Until the candidate's runs have reached so many of the cohort's stores, each on its arm with the same chance.</summary>
    public static double OfStores(int stores, int cohort, double share)
    {
        var wanted = Math.Min(stores, cohort);
        if (share >= 1 || wanted < 1)
        {
            return 1;
        }
        // Half a store: the number of occasions after which it is as likely as not that all wanted ones are there.
        var unreached = 1 - ((wanted - 0.5) / cohort);
        return Math.Max(1, Math.Log(unreached) / Math.Log(1 - share));
    }

    /// <summary>The chance that one side of a coin came up fewer than so many times, while it is tossed.</summary>
    private sealed class Below(int wanted, double share)
    {
        private int _tossed;

        /// <summary>The logarithm of the chance of exactly one time too few; tiny ones are no numbers otherwise.</summary>
        private double _logOneShort = double.NegativeInfinity;

        public double Chance { get; private set; } = 1;

        public void Toss(int times)
        {
            for (var i = 0; i < times; i++)
            {
                Toss();
            }
        }

        private void Toss()
        {
            if (_tossed == wanted - 1)
            {
                _logOneShort = (wanted - 1) * Math.Log(share);
            }
            if (_tossed++ < wanted - 1)
            {
                return;
            }
            // This toss may be the last one that was missing.
            Chance = Math.Max(0, Chance - (share * Math.Exp(_logOneShort)));
            _logOneShort += Math.Log((double)_tossed / (_tossed + 1 - wanted) * (1 - share));
        }
    }
}
