//! What people send each other.

use super::{
    Kind::{Bytes, Flag, Ignored, Message, Number, Text, Word},
    NOTHING, Schema, many,
    notices::UPDATE,
    one,
};

const FLAGS: &[&str] = &["NONE", "VOICE_MESSAGE", "BORDERLESS", "GIF"];
const QUOTES: &[&str] = &["UNKNOWN", "NORMAL", "GIFT_BADGE", "VIEW_ONCE", "POLL"];
const STYLES: &[&str] = &["NONE", "BOLD", "ITALIC", "SPOILER", "STRIKETHROUGH", "MONOSPACE"];
const LABELS: &[&str] = &["UNKNOWN", "HOME", "MOBILE", "WORK", "CUSTOM"];
const PLACES: &[&str] = &["UNKNOWN", "HOME", "WORK", "CUSTOM"];
const BADGES: &[&str] = &["UNOPENED", "OPENED", "REDEEMED", "FAILED"];
const PAYMENTS: &[&str] = &["INITIAL", "SUBMITTED", "SUCCESSFUL"];
const PAYMENT_FAULTS: &[&str] = &["GENERIC", "NETWORK", "INSUFFICIENT_FUNDS"];
const SEND_FAULTS: &[&str] = &["UNKNOWN", "NETWORK", "IDENTITY_KEY_MISMATCH"];

schemas! {
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
}
