using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Record.Encoding;

namespace Operator.Planning.Tests;

/// <summary>What tests of the judge do to a world beside living in it.</summary>
public sealed partial class World
{
    /// <summary>Why the API server refuses to create pods at an instant; null: it accepts them.</summary>
    public Func<DateTimeOffset, CreateRefusal?>? RefusesAt { get; set; }

    /// <summary>A ResourceQuota: so many pods may live at once.</summary>
    public int MostPods { get; set; } = int.MaxValue;

    private CreateRefusal? WhyRefused =>
        Refusal
        ?? RefusesAt?.Invoke(Now)
        ?? (
            _pods.All.Count(p => !PodIndex.HasEnded(p)) >= MostPods
                ? new CreateRefusal(RefusalKind.Quota, "exceeded quota")
                : null
        );

    /// <summary>A world of its own with the same past.</summary>
    public World Fork()
    {
        var fork = new World
        {
            Now = Now,
            Salt = Salt,
            Refusals = Refusals,
            RefusesAt = RefusesAt,
            MostPods = MostPods,
            PlanningSince = PlanningSince,
            Connector = Connector,
            Rollout = Rollout,
            Actions = Actions,
            ChecksSpec = ChecksSpec,
            Last = Last,
            _stored = _stored,
            _recordId = _recordId,
            _recordCreatedAt = _recordCreatedAt,
            _counter = _counter,
            _ids = _ids,
            _uids = _uids,
        };
        fork._pods.TakeFrom(_pods);
        foreach (var (image, behaviour) in Versions)
        {
            fork.Versions[image] = behaviour;
        }
        fork.Runs.AddRange(Runs);
        return fork;
    }

    /// <summary>Changes the stored record behind the planner's back, as an older operator or another salt would have left it.</summary>
    internal void Edit(Func<ConnectorRecord, ConnectorRecord> edit) => _stored = RecordParts.Encode(edit(Decode()));

    /// <summary>Coins that fall from now on are those of another salt.</summary>
    internal void GiveSalt(string salt) =>
        Edit(record =>
            record with
            {
                Attempts = record.Attempts with { Current = record.Attempts.Current! with { Salt = salt } },
            }
        );
}
