//! What Signal's backup frames are made of: numbers, names and kinds of the fields, as Signal's `backup.proto` has
//! them. Of accounts, people and chats only what is of use here; of messages everything.

/// A message of the format.
pub(crate) struct Schema {
    fields: &'static [Field],
}

/// A field of a message.
pub(crate) struct Field {
    number: u32,
    /// Its name in Signal's JSON.
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// Whether it is a list.
    pub(crate) many: bool,
}

/// What a field has.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Number,
    Flag,
    Text,
    Bytes,
    /// One of these words, by its position.
    Word(&'static [&'static str]),
    Message(&'static Schema),
    /// Something that is known and of no use.
    Ignored,
}

impl Schema {
    /// The field with a number.
    pub(crate) fn field(&self, number: u32) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.number == number)
    }
}

const fn one(number: u32, name: &'static str, kind: Kind) -> Field {
    Field { number, name, kind, many: false }
}

const fn many(number: u32, name: &'static str, kind: Kind) -> Field {
    Field { number, name, kind, many: true }
}

use Kind::{Bytes, Flag, Ignored, Message, Number, Text, Word};

/// Message, number, name and kind of each field; `[]` after the number makes it a list.
macro_rules! schemas {
    ($($schema:ident { $($number:literal $([$many:tt])? $name:ident $kind:expr;)* })*) => {$(
        pub(crate) static $schema: Schema =
            Schema { fields: &[$(schemas!(@ $number, stringify!($name), $kind $(, $many)?)),*] };
    )*};
    (@ $number:literal, $name:expr, $kind:expr) => { one($number, $name, $kind) };
    (@ $number:literal, $name:expr, $kind:expr, $many:tt) => { many($number, $name, $kind) };
}

const FLAGS: &[&str] = &["NONE", "VOICE_MESSAGE", "BORDERLESS", "GIF"];
const QUOTES: &[&str] = &["UNKNOWN", "NORMAL", "GIFT_BADGE", "VIEW_ONCE", "POLL"];
const STYLES: &[&str] = &["NONE", "BOLD", "ITALIC", "SPOILER", "STRIKETHROUGH", "MONOSPACE"];
const LABELS: &[&str] = &["UNKNOWN", "HOME", "MOBILE", "WORK", "CUSTOM"];
const PLACES: &[&str] = &["UNKNOWN", "HOME", "WORK", "CUSTOM"];
const BADGES: &[&str] = &["UNOPENED", "OPENED", "REDEEMED", "FAILED"];
const PAYMENTS: &[&str] = &["INITIAL", "SUBMITTED", "SUCCESSFUL"];
const PAYMENT_FAULTS: &[&str] = &["GENERIC", "NETWORK", "INSUFFICIENT_FUNDS"];
const SEND_FAULTS: &[&str] = &["UNKNOWN", "NETWORK", "IDENTITY_KEY_MISMATCH"];
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
    INFO {
        1 version Number;
        2 backupTimeMs Number;
        4 currentAppVersion Text;
        5 firstAppVersion Text;
    }
    FRAME {
        1 account Message(&ACCOUNT);
        2 recipient Message(&RECIPIENT);
        3 chat Message(&CHAT);
        4 chatItem Message(&ITEM);
        5 stickerPack Ignored;
        6 adHocCall Message(&LINK_CALL);
        7 notificationProfile Ignored;
        8 chatFolder Ignored;
    }
    ACCOUNT {
        2 username Text;
        4 givenName Text;
        5 familyName Text;
    }
    RECIPIENT {
        1 id Number;
        2 contact Message(&CONTACT);
        3 group Message(&GROUP);
        4 distributionList Message(&DISTRIBUTION);
        5 self Message(&NOTHING);
        6 releaseNotes Message(&NOTHING);
        7 callLink Message(&CALL_LINK);
    }
    CONTACT {
        1 aci Bytes;
        2 pni Bytes;
        3 username Text;
        4 e164 Number;
        11 profileGivenName Text;
        12 profileFamilyName Text;
        16 nickname Message(&NICKNAME);
        18 systemGivenName Text;
        19 systemFamilyName Text;
        20 systemNickname Text;
    }
    NICKNAME {
        1 given Text;
        2 family Text;
    }
    GROUP {
        5 snapshot Message(&SNAPSHOT);
    }
    SNAPSHOT {
        2 title Message(&GROUP_TEXT);
        7 [many] members Message(&MEMBER);
    }
    GROUP_TEXT { 1 title Text; }
    MEMBER { 1 userId Bytes; }
    DISTRIBUTION { 3 distributionList Message(&LIST); }
    LIST { 1 name Text; }
    CALL_LINK { 3 name Text; }
    CHAT {
        1 id Number;
        2 recipientId Number;
    }
    LINK_CALL {
        1 callId Number;
        2 recipientId Number;
        3 state Ignored;
        4 callTimestamp Number;
    }
    ITEM {
        1 chatId Number;
        2 authorId Number;
        3 dateSent Number;
        4 expireStartDate Number;
        5 expiresInMs Number;
        6 [many] revisions Message(&ITEM);
        7 sms Flag;
        8 incoming Message(&INCOMING);
        9 outgoing Message(&OUTGOING);
        10 directionless Message(&NOTHING);
        11 standardMessage Message(&STANDARD);
        12 contactMessage Message(&CONTACT_MESSAGE);
        13 stickerMessage Message(&STICKER_MESSAGE);
        14 remoteDeletedMessage Message(&NOTHING);
        15 updateMessage Message(&UPDATE);
        16 paymentNotification Message(&PAYMENT);
        17 giftBadge Message(&GIFT);
        18 viewOnceMessage Message(&VIEW_ONCE);
        19 directStoryReplyMessage Message(&STORY_REPLY);
        20 poll Message(&POLL);
        21 pinDetails Message(&PIN);
        22 adminDeletedMessage Message(&ADMIN_DELETED);
    }
    NOTHING {}
    ADMIN_DELETED { 1 adminId Number; }
    PIN {
        1 pinnedAtTimestamp Number;
        2 pinExpiresAtTimestamp Number;
        3 pinNeverExpires Flag;
    }
    INCOMING {
        1 dateReceived Number;
        2 dateServerSent Number;
        3 read Flag;
        4 sealedSender Flag;
    }
    OUTGOING {
        1 [many] sendStatus Message(&STATUS);
        2 dateReceived Number;
    }
    STATUS {
        1 recipientId Number;
        2 timestamp Number;
        3 pending Message(&SEALED);
        4 sent Message(&SEALED);
        5 delivered Message(&SEALED);
        6 read Message(&SEALED);
        7 viewed Message(&SEALED);
        8 skipped Message(&SEALED);
        9 failed Message(&FAILED);
    }
    SEALED { 1 sealedSender Ignored; }
    FAILED { 1 reason Word(SEND_FAULTS); }
    STANDARD {
        1 quote Message(&QUOTE);
        2 text Message(&TEXT);
        3 [many] attachments Message(&ATTACHMENT);
        4 [many] linkPreview Message(&PREVIEW);
        5 longText Message(&POINTER);
        6 [many] reactions Message(&REACTION);
    }
    TEXT {
        1 body Text;
        2 [many] bodyRanges Message(&RANGE);
    }
    RANGE {
        1 start Number;
        2 length Number;
        3 mentionAci Bytes;
        4 style Word(STYLES);
    }
    QUOTE {
        1 targetSentTimestamp Number;
        2 authorId Number;
        3 text Message(&TEXT);
        4 [many] attachments Message(&QUOTED);
        5 type Word(QUOTES);
    }
    QUOTED {
        1 contentType Text;
        2 fileName Text;
        3 thumbnail Ignored;
    }
    ATTACHMENT {
        1 pointer Message(&POINTER);
        2 flag Word(FLAGS);
        3 wasDownloaded Ignored;
        4 clientUuid Ignored;
    }
    POINTER {
        4 contentType Text;
        5 incrementalMac Ignored;
        6 incrementalMacChunkSize Ignored;
        7 fileName Text;
        8 width Ignored;
        9 height Ignored;
        10 caption Text;
        11 blurHash Ignored;
        13 locatorInfo Message(&LOCATOR);
    }
    LOCATOR {
        1 key Ignored;
        2 legacyDigest Ignored;
        3 size Ignored;
        4 transitCdnKey Ignored;
        5 transitCdnNumber Ignored;
        6 transitTierUploadTimestamp Ignored;
        7 mediaTierCdnNumber Ignored;
        8 legacyMediaName Ignored;
        9 localKey Bytes;
        10 plaintextHash Bytes;
        11 encryptedDigest Ignored;
    }
    PREVIEW {
        1 url Text;
        2 title Text;
        3 image Message(&POINTER);
        4 description Text;
        5 date Number;
    }
    REACTION {
        1 emoji Text;
        2 authorId Number;
        3 sentTimestamp Ignored;
        4 sortOrder Ignored;
    }
    CONTACT_MESSAGE {
        1 contact Message(&CARD);
        2 [many] reactions Message(&REACTION);
    }
    CARD {
        1 name Message(&CARD_NAME);
        3 [many] number Message(&LABELLED);
        4 [many] email Message(&LABELLED);
        5 [many] address Message(&ADDRESS);
        6 avatar Message(&POINTER);
        7 organization Text;
    }
    CARD_NAME {
        1 givenName Text;
        2 familyName Text;
        3 prefix Text;
        4 suffix Text;
        5 middleName Text;
        6 nickname Text;
    }
    LABELLED {
        1 value Text;
        2 type Word(LABELS);
        3 label Text;
    }
    ADDRESS {
        1 type Word(PLACES);
        2 label Text;
        3 street Text;
        4 pobox Text;
        5 neighborhood Text;
        6 city Text;
        7 region Text;
        8 postcode Text;
        9 country Text;
    }
    STICKER_MESSAGE {
        1 sticker Message(&STICKER);
        2 [many] reactions Message(&REACTION);
    }
    STICKER {
        1 packId Bytes;
        2 packKey Ignored;
        3 stickerId Number;
        4 emoji Text;
        5 data Message(&POINTER);
    }
    PAYMENT {
        1 amountMob Text;
        2 feeMob Text;
        3 note Text;
        4 transactionDetails Message(&TRANSACTION_DETAILS);
    }
    TRANSACTION_DETAILS {
        1 transaction Message(&TRANSACTION);
        2 failedTransaction Message(&FAILED_TRANSACTION);
    }
    TRANSACTION {
        1 status Word(PAYMENTS);
        2 mobileCoinIdentification Ignored;
        3 timestamp Number;
        4 blockIndex Number;
        5 blockTimestamp Number;
        6 transaction Ignored;
        7 receipt Ignored;
    }
    FAILED_TRANSACTION { 1 reason Word(PAYMENT_FAULTS); }
    GIFT {
        1 receiptCredentialPresentation Ignored;
        2 state Word(BADGES);
    }
    VIEW_ONCE {
        1 attachment Message(&ATTACHMENT);
        2 [many] reactions Message(&REACTION);
    }
    STORY_REPLY {
        1 textReply Message(&TEXT_REPLY);
        2 emoji Text;
        3 [many] reactions Message(&REACTION);
        4 storySentTimestamp Ignored;
    }
    TEXT_REPLY {
        1 text Message(&TEXT);
        2 longText Message(&POINTER);
    }
    POLL {
        1 question Text;
        2 allowMultiple Flag;
        3 [many] options Message(&OPTION);
        4 hasEnded Flag;
        5 [many] reactions Message(&REACTION);
    }
    OPTION {
        1 option Text;
        2 [many] votes Message(&VOTE);
    }
    VOTE {
        1 voterId Number;
        2 voteCount Ignored;
    }
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
