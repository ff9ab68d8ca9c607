//! What happened in a chat.

use super::{
    Kind::{Bytes, Flag, Ignored, Message, Number, Text, Word},
    NOTHING, Schema, many, one,
};

const CALLS: &[&str] = &["UNKNOWN_TYPE", "AUDIO_CALL", "VIDEO_CALL"];
const DIRECTIONS: &[&str] = &["UNKNOWN_DIRECTION", "INCOMING", "OUTGOING"];
const CALL_STATES: &[&str] =
    &["UNKNOWN_STATE", "ACCEPTED", "NOT_ACCEPTED", "MISSED", "MISSED_NOTIFICATION_PROFILE"];
const GROUP_CALL_STATES: &[&str] = &[
    "UNKNOWN_STATE",
    "GENERIC",
    "JOINED",
    "RINGING",
    "ACCEPTED",
    "DECLINED",
    "MISSED",
    "MISSED_NOTIFICATION_PROFILE",
    "OUTGOING_RING",
];
const SIMPLE: &[&str] = &[
    "UNKNOWN",
    "JOINED_SIGNAL",
    "IDENTITY_UPDATE",
    "IDENTITY_VERIFIED",
    "IDENTITY_DEFAULT",
    "CHANGE_NUMBER",
    "RELEASE_CHANNEL_DONATION_REQUEST",
    "END_SESSION",
    "CHAT_SESSION_REFRESH",
    "BAD_DECRYPT",
    "PAYMENTS_ACTIVATED",
    "PAYMENT_ACTIVATION_REQUEST",
    "UNSUPPORTED_PROTOCOL_MESSAGE",
    "REPORTED_SPAM",
    "BLOCKED",
    "UNBLOCKED",
    "MESSAGE_REQUEST_ACCEPTED",
];
const LEVELS: &[&str] = &["UNKNOWN", "ANY", "MEMBER", "ADMINISTRATOR", "UNSATISFIABLE"];

schemas! {
    UPDATE {
        1 simpleUpdate Message(&SIMPLE_UPDATE);
        2 groupChange Message(&GROUP_CHANGE);
        3 expirationTimerChange Message(&TIMER);
        4 profileChange Message(&PROFILE_CHANGE);
        5 threadMerge Message(&MERGE);
        6 sessionSwitchover Message(&SWITCHOVER);
        7 individualCall Message(&CALL);
        8 groupCall Message(&GROUP_CALL);
        9 learnedProfileChange Message(&LEARNED);
        10 pollTerminate Message(&POLL_END);
        11 pinMessage Message(&PINNED);
    }
    SIMPLE_UPDATE { 1 type Word(SIMPLE); }
    TIMER { 1 expiresInMs Number; }
    PROFILE_CHANGE {
        1 previousName Text;
        2 newName Text;
    }
    MERGE { 1 previousE164 Number; }
    SWITCHOVER { 1 e164 Number; }
    LEARNED {
        1 e164 Number;
        2 username Text;
    }
    POLL_END {
        1 targetSentTimestamp Number;
        2 question Text;
    }
    PINNED {
        1 targetSentTimestamp Number;
        2 authorId Number;
    }
    CALL {
        1 callId Number;
        2 type Word(CALLS);
        3 direction Word(DIRECTIONS);
        4 state Word(CALL_STATES);
        5 startedCallTimestamp Number;
        6 read Ignored;
    }
    GROUP_CALL {
        1 callId Number;
        2 state Word(GROUP_CALL_STATES);
        3 ringerRecipientId Number;
        4 startedCallRecipientId Number;
        5 startedCallTimestamp Number;
        6 endedCallTimestamp Number;
        7 read Ignored;
    }
    GROUP_CHANGE { 1 [many] updates Message(&GROUP_UPDATE); }
    GROUP_UPDATE {
        1 genericGroupUpdate Message(&BY);
        2 groupCreationUpdate Message(&BY);
        3 groupNameUpdate Message(&NAME_UPDATE);
        4 groupAvatarUpdate Message(&AVATAR_UPDATE);
        5 groupDescriptionUpdate Message(&DESCRIPTION_UPDATE);
        6 groupMembershipAccessLevelChangeUpdate Message(&LEVEL_UPDATE);
        7 groupAttributesAccessLevelChangeUpdate Message(&LEVEL_UPDATE);
        8 groupAnnouncementOnlyChangeUpdate Message(&ANNOUNCEMENT_UPDATE);
        9 groupAdminStatusUpdate Message(&ADMIN_UPDATE);
        10 groupMemberLeftUpdate Message(&LEFT_UPDATE);
        11 groupMemberRemovedUpdate Message(&REMOVED_UPDATE);
        12 selfInvitedToGroupUpdate Message(&INVITER);
        13 selfInvitedOtherUserToGroupUpdate Message(&INVITEE);
        14 groupUnknownInviteeUpdate Message(&UNKNOWN_INVITEE);
        15 groupInvitationAcceptedUpdate Message(&INVITATION_ACCEPTED);
        16 groupInvitationDeclinedUpdate Message(&INVITATION_DECLINED);
        17 groupMemberJoinedUpdate Message(&NEW_MEMBER);
        18 groupMemberAddedUpdate Message(&ADDED_UPDATE);
        19 groupSelfInvitationRevokedUpdate Message(&REVOKER);
        20 groupInvitationRevokedUpdate Message(&INVITATION_REVOKED);
        21 groupJoinRequestUpdate Message(&REQUESTOR);
        22 groupJoinRequestApprovalUpdate Message(&REQUEST_APPROVAL);
        23 groupJoinRequestCanceledUpdate Message(&REQUESTOR);
        24 groupInviteLinkResetUpdate Message(&BY);
        25 groupInviteLinkEnabledUpdate Message(&LINK_UPDATE);
        26 groupInviteLinkAdminApprovalUpdate Message(&LINK_UPDATE);
        27 groupInviteLinkDisabledUpdate Message(&BY);
        28 groupMemberJoinedByLinkUpdate Message(&NEW_MEMBER);
        29 groupV2MigrationUpdate Message(&NOTHING);
        30 groupV2MigrationSelfInvitedUpdate Message(&NOTHING);
        31 groupV2MigrationInvitedMembersUpdate Message(&MIGRATION_INVITED);
        32 groupV2MigrationDroppedMembersUpdate Message(&MIGRATION_DROPPED);
        33 groupSequenceOfRequestsAndCancelsUpdate Message(&REQUESTS);
        34 groupExpirationTimerUpdate Message(&GROUP_TIMER);
        35 groupMemberLabelAccessLevelChangeUpdate Message(&LEVEL_UPDATE);
        36 groupTerminateChangeUpdate Message(&BY);
    }
    BY { 1 updaterAci Bytes; }
    NAME_UPDATE {
        1 updaterAci Bytes;
        2 newGroupName Text;
    }
    AVATAR_UPDATE {
        1 updaterAci Bytes;
        2 wasRemoved Flag;
    }
    DESCRIPTION_UPDATE {
        1 updaterAci Bytes;
        2 newDescription Text;
    }
    LEVEL_UPDATE {
        1 updaterAci Bytes;
        2 accessLevel Word(LEVELS);
    }
    ANNOUNCEMENT_UPDATE {
        1 updaterAci Bytes;
        2 isAnnouncementOnly Flag;
    }
    ADMIN_UPDATE {
        1 updaterAci Bytes;
        2 memberAci Bytes;
        3 wasAdminStatusGranted Flag;
    }
    LEFT_UPDATE { 1 aci Bytes; }
    REMOVED_UPDATE {
        1 removerAci Bytes;
        2 removedAci Bytes;
    }
    INVITER { 1 inviterAci Bytes; }
    INVITEE { 1 inviteeServiceId Bytes; }
    UNKNOWN_INVITEE {
        1 inviterAci Bytes;
        2 inviteeCount Number;
    }
    INVITATION_ACCEPTED {
        1 inviterAci Bytes;
        2 newMemberAci Bytes;
    }
    INVITATION_DECLINED {
        1 inviterAci Bytes;
        2 inviteeAci Bytes;
    }
    NEW_MEMBER { 1 newMemberAci Bytes; }
    ADDED_UPDATE {
        1 updaterAci Bytes;
        2 newMemberAci Bytes;
        3 hadOpenInvitation Flag;
        4 inviterAci Bytes;
    }
    REVOKER { 1 revokerAci Bytes; }
    INVITATION_REVOKED {
        1 updaterAci Bytes;
        2 [many] invitees Message(&REVOKED_INVITEE);
    }
    REVOKED_INVITEE {
        1 inviterAci Bytes;
        2 inviteeAci Bytes;
        3 inviteePni Bytes;
    }
    REQUESTOR { 1 requestorAci Bytes; }
    REQUEST_APPROVAL {
        1 requestorAci Bytes;
        2 updaterAci Bytes;
        3 wasApproved Flag;
    }
    REQUESTS {
        1 requestorAci Bytes;
        2 count Number;
    }
    LINK_UPDATE {
        1 updaterAci Bytes;
        2 linkRequiresAdminApproval Flag;
    }
    MIGRATION_INVITED { 1 invitedMembersCount Number; }
    MIGRATION_DROPPED { 1 droppedMembersCount Number; }
    GROUP_TIMER {
        1 expiresInMs Number;
        2 updaterAci Bytes;
    }
}
