namespace Operator.Planning.Facts;

/// <summary>Reasons of conditions, events and verdicts: PascalCase, part of the API. Readers must accept unknown reasons.</summary>
public static class Reasons
{
    // The connector.
    public const string Syncing = "Syncing";
    public const string WaitingForFirstDueTime = "WaitingForFirstDueTime";
    public const string FirstRunsUnderWay = "FirstRunsUnderWay";
    public const string NoActiveStores = "NoActiveStores";
    public const string StoresStale = "StoresStale";
    public const string StoresDropped = "StoresDropped";
    public const string Suspended = "Suspended";
    public const string InvalidSpec = "InvalidSpec";
    public const string Undecodable = "Undecodable";
    public const string ConfigMapMissing = "ConfigMapMissing";
    public const string ReferenceUnreadable = "ReferenceUnreadable";
    public const string LiveReadFailed = "LiveReadFailed";
    public const string ImageChanged = "ImageChanged";
    public const string RecordLost = "RecordLost";
    public const string RecordTooLarge = "RecordTooLarge";
    public const string ClockSkew = "ClockSkew";
    public const string FinishedPodsCap = "FinishedPodsCap";
    public const string QuotaExceeded = "QuotaExceeded";
    public const string AdmissionDenied = "AdmissionDenied";
    public const string PodsRefused = "PodsRefused";
    public const string WritesRefused = "WritesRefused";
    public const string RecordRefused = "RecordRefused";
    public const string RecordForeign = "RecordForeign";
    public const string BeingDeleted = "BeingDeleted";
    public const string UnknownField = "UnknownField";
    public const string UnknownNames = "UnknownNames";
    public const string RunsFailing = "RunsFailing";
    public const string StoresFailing = "StoresFailing";
    public const string AuthFailed = "AuthFailed";
    public const string Authenticated = "Authenticated";
    public const string NoProgress = "NoProgress";
    public const string PodsHeld = "PodsHeld";
    public const string NotReached = "NotReached";
    public const string GuardTripped = "GuardTripped";
    public const string SecretShared = "SecretShared";

    /// <summary>Also the type of a condition: one seller account is listed twice.</summary>
    public const string AccountShared = "AccountShared";

    /// <summary>Also the type of a condition: the connector was made again, and its stores run the content of the one before.</summary>
    public const string FormerContent = "FormerContent";
    public const string QuotaTooLow = "QuotaTooLow";
    public const string QuotaSpent = "QuotaSpent";
    public const string QuotaDoubtful = "QuotaDoubtful";
    public const string ApiSunset = "ApiSunset";
    public const string ApiRemoved = "ApiRemoved";
    public const string RolloutMissing = "RolloutMissing";
    public const string RolloutUnusable = "RolloutUnusable";
    public const string RevisionRejected = "RevisionRejected";
    public const string RevisionAdopted = "RevisionAdopted";
    public const string StableUnproven = "StableUnproven";
    public const string FlowJoined = "FlowJoined";
    public const string CapacityTooLow = "CapacityTooLow";
    public const string StoreListBroken = "StoreListBroken";
    public const string ForeignPod = "ForeignPod";
    public const string OperatorConflict = "OperatorConflict";

    // Runs outside the schedule.
    public const string CatchUp = "CatchUp";

    // Actions.
    public const string RunNow = "RunNow";
    public const string Unsuspended = "Unsuspended";
    public const string ActionRejected = "ActionRejected";
    public const string ActionExpired = "ActionExpired";
    public const string Waiting = "Waiting";

    // How a run ended.
    public const string Completed = "Completed";
    public const string ExitCode = "ExitCode";
    public const string OutOfMemory = "OOMKilled";
    public const string DiskLimitExceeded = "DiskLimitExceeded";
    public const string TimedOut = "Timeout";
    public const string ReportUnreadable = "ReportUnreadable";
    public const string ReportMissing = "ReportMissing";
    public const string ReportCut = "ReportCut";
    public const string ImageUnavailable = "ImageUnavailable";
    public const string ContainerConfig = "ContainerConfigError";
    public const string StartError = "StartError";
    public const string ContainerCannotRun = "ContainerCannotRun";
    public const string Unschedulable = "Unschedulable";
    public const string NotStarted = "NotStarted";
    public const string GivenUp = "GivenUp";
    public const string TakenBack = "TakenBack";
    public const string InitContainerFailed = "InitContainerFailed";
    public const string PodRejected = "PodRejected";
    public const string PodFailed = "PodFailed";
    public const string Evicted = "Evicted";
    public const string Deleted = "Deleted";
    public const string Preempted = "Preempted";
    public const string NodeShutdown = "NodeShutdown";
    public const string NodeLost = "NodeLost";
    public const string NeverSeen = "NeverSeen";
    public const string FingerprintEdited = "FingerprintEdited";

    // The rollout.
    public const string UpToDate = "UpToDate";
    public const string Progressing = "Progressing";
    public const string AttemptStarted = "AttemptStarted";
    public const string StepStarted = "StepStarted";
    public const string PlacePassedOn = "PlacePassedOn";
    public const string StoresAppended = "StoresAppended";
    public const string Promoted = "Promoted";
    public const string RolledBack = "RolledBack";
    public const string PausedOnFailure = "PausedOnFailure";
    public const string Superseded = "Superseded";
    public const string BackToStable = "BackToStable";
    public const string RolloutDeleted = "RolloutDeleted";
    public const string Conflict = "Conflict";
    public const string ConnectorNotFound = "ConnectorNotFound";
    public const string ConnectorChanged = "ConnectorChanged";

    // Verdicts and holds.
    public const string WithinLimits = "WithinLimits";
    public const string MinDuration = "MinDuration";
    public const string PilotRunning = "PilotRunning";
    public const string PilotNotStarted = "PilotNotStarted";
    public const string CandidateRefused = "CandidateRefused";
    public const string CohortPaused = "CohortPaused";
    public const string CohortAway = "CohortAway";
    public const string FlowNotSeen = "FlowNotSeen";
    public const string SlowerThanSchedule = "SlowerThanSchedule";
    public const string EvidenceDeadline = "EvidenceDeadline";
    public const string WorseThanStable = "WorseThanStable";
    public const string DoesLessThanStable = "DoesLessThanStable";
    public const string BreaksStores = "BreaksStores";
    public const string OverLimit = "OverLimit";
    public const string Outage = "Outage";
    public const string CohortInTrouble = "CohortInTrouble";
    public const string TooLittleEvidence = "TooLittleEvidence";
    public const string SpoilsNextRun = "SpoilsNextRun";
    public const string LosesRuns = "LosesRuns";
    public const string DoesLessUnproven = "DoesLessUnproven";
    public const string DoesMore = "DoesMore";
    public const string Suspicious = "Suspicious";
    public const string OverLimitUnproven = "OverLimitUnproven";

    public static string Of(RefusalKind refusal) =>
        refusal switch
        {
            RefusalKind.Quota => QuotaExceeded,
            RefusalKind.Admission => AdmissionDenied,
            RefusalKind.Other => PodsRefused,
            _ => throw new System.Diagnostics.UnreachableException(),
        };
}
