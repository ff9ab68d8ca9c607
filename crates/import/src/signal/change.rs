//! Changes of a group: for each kind of them its slug and its sentence.

use std::collections::HashSet;

use blackbox_format::message::annotation;

use super::{draft::Draft, fields::Fields, people::People, update::timer};

/// How a kind of change reads. The first row that fits counts: `given` names a flag or a field that must be there.
struct Row {
    kind: &'static str,
    given: &'static str,
    event: &'static str,
    /// `{aci}` is a person, `{#count}` a number, `{=name}` a text, `{~level}` a word.
    text: &'static str,
}

const fn row(kind: &'static str, given: &'static str, event: &'static str, text: &'static str) -> Row {
    Row { kind, given, event, text }
}

const ROWS: &[Row] = &[
    row("genericGroupUpdate", "", "notice", "{updaterAci} updated the group."),
    row("groupCreationUpdate", "", "created", "{updaterAci} created the group."),
    row(
        "groupNameUpdate",
        "newGroupName",
        "renamed",
        "{updaterAci} renamed the group to \"{=newGroupName}\".",
    ),
    row("groupNameUpdate", "", "renamed", "{updaterAci} removed the name of the group."),
    row("groupAvatarUpdate", "wasRemoved", "icon", "{updaterAci} removed the picture of the group."),
    row("groupAvatarUpdate", "", "icon", "{updaterAci} changed the picture of the group."),
    row(
        "groupDescriptionUpdate",
        "newDescription",
        "renamed",
        "{updaterAci} changed the description of the group to \"{=newDescription}\".",
    ),
    row("groupDescriptionUpdate", "", "renamed", "{updaterAci} removed the description of the group."),
    row(
        "groupMembershipAccessLevelChangeUpdate",
        "",
        "admin",
        "{updaterAci} changed who may change the members: {~accessLevel}.",
    ),
    row(
        "groupAttributesAccessLevelChangeUpdate",
        "",
        "admin",
        "{updaterAci} changed who may change the group's name and picture: {~accessLevel}.",
    ),
    row(
        "groupMemberLabelAccessLevelChangeUpdate",
        "",
        "admin",
        "{updaterAci} changed who may change the members' labels: {~accessLevel}.",
    ),
    row(
        "groupAnnouncementOnlyChangeUpdate",
        "isAnnouncementOnly",
        "admin",
        "{updaterAci} let only administrators write.",
    ),
    row("groupAnnouncementOnlyChangeUpdate", "", "admin", "{updaterAci} let all members write."),
    row(
        "groupAdminStatusUpdate",
        "wasAdminStatusGranted",
        "admin",
        "{updaterAci} made {memberAci} an administrator.",
    ),
    row("groupAdminStatusUpdate", "", "admin", "{updaterAci} made {memberAci} no longer an administrator."),
    row("groupMemberLeftUpdate", "", "left", "{aci} left the group."),
    row("groupMemberRemovedUpdate", "", "removed", "{removerAci} removed {removedAci}."),
    row("selfInvitedToGroupUpdate", "", "notice", "{inviterAci} invited you to the group."),
    row("selfInvitedOtherUserToGroupUpdate", "", "notice", "You invited {inviteeServiceId} to the group."),
    row(
        "groupUnknownInviteeUpdate",
        "",
        "notice",
        "{inviterAci} invited {#inviteeCount} people to the group.",
    ),
    row(
        "groupInvitationAcceptedUpdate",
        "inviterAci",
        "joined",
        "{newMemberAci} accepted an invitation to the group from {inviterAci}.",
    ),
    row("groupInvitationAcceptedUpdate", "", "joined", "{newMemberAci} accepted an invitation to the group."),
    row("groupInvitationDeclinedUpdate", "", "notice", "{inviteeAci} declined an invitation to the group."),
    row("groupMemberJoinedUpdate", "", "joined", "{newMemberAci} joined the group."),
    row("groupMemberAddedUpdate", "", "added", "{updaterAci} added {newMemberAci}."),
    row(
        "groupSelfInvitationRevokedUpdate",
        "",
        "notice",
        "{revokerAci} revoked your invitation to the group.",
    ),
    row("groupInvitationRevokedUpdate", "", "notice", "{updaterAci} revoked invitations to the group."),
    row("groupJoinRequestUpdate", "", "notice", "{requestorAci} asked to join the group."),
    row(
        "groupJoinRequestApprovalUpdate",
        "wasApproved",
        "joined",
        "{updaterAci} approved the request of {requestorAci} to join the group.",
    ),
    row(
        "groupJoinRequestApprovalUpdate",
        "",
        "notice",
        "{updaterAci} denied the request of {requestorAci} to join the group.",
    ),
    row("groupJoinRequestCanceledUpdate", "", "notice", "{requestorAci} no longer asks to join the group."),
    row("groupInviteLinkResetUpdate", "", "notice", "{updaterAci} reset the link of the group."),
    row(
        "groupInviteLinkEnabledUpdate",
        "linkRequiresAdminApproval",
        "notice",
        "{updaterAci} turned the link of the group on, with approval by an administrator.",
    ),
    row("groupInviteLinkEnabledUpdate", "", "notice", "{updaterAci} turned the link of the group on."),
    row(
        "groupInviteLinkAdminApprovalUpdate",
        "linkRequiresAdminApproval",
        "notice",
        "{updaterAci} turned approval by an administrator on for the link of the group.",
    ),
    row(
        "groupInviteLinkAdminApprovalUpdate",
        "",
        "notice",
        "{updaterAci} turned approval by an administrator off for the link of the group.",
    ),
    row("groupInviteLinkDisabledUpdate", "", "notice", "{updaterAci} turned the link of the group off."),
    row("groupMemberJoinedByLinkUpdate", "", "joined", "{newMemberAci} joined the group by its link."),
    row("groupV2MigrationUpdate", "", "notice", "The group became one of the new kind."),
    row(
        "groupV2MigrationSelfInvitedUpdate",
        "",
        "notice",
        "You could not be added to the new kind of group and were invited.",
    ),
    row(
        "groupV2MigrationInvitedMembersUpdate",
        "",
        "notice",
        "{#invitedMembersCount} members could not be added to the new kind of group and were invited.",
    ),
    row(
        "groupV2MigrationDroppedMembersUpdate",
        "",
        "removed",
        "{#droppedMembersCount} members could not be added to the new kind of group and were removed.",
    ),
    row(
        "groupSequenceOfRequestsAndCancelsUpdate",
        "",
        "notice",
        "{requestorAci} asked to join the group and took it back {#count} times.",
    ),
    row("groupTerminateChangeUpdate", "", "notice", "{updaterAci} ended the group."),
];

/// Reads the changes that were made at one time: one event, with a line for each.
pub(crate) fn read(mut change: Fields, draft: &mut Draft, people: &mut People) {
    // Whoever stands as the author of the notice only saw it.
    draft.message.from = String::new();
    let mut lines = Vec::new();
    let mut event = None;
    let mut actors = HashSet::new();
    for mut update in change.each("updates") {
        let (kind, line) = one(&mut update, draft, people, &mut actors);
        event.get_or_insert(kind);
        lines.push(line);
        draft.keep(update);
    }
    if let Some(event) = event {
        draft.event(event, lines.join("\n"));
    }
    draft.keep(change);
}

fn one(
    update: &mut Fields,
    draft: &mut Draft,
    people: &mut People,
    actors: &mut HashSet<String>,
) -> (&'static str, String) {
    if let Some(mut change) = update.inner("groupExpirationTimerUpdate") {
        let who = change.service("updaterAci").map(|who| people.by_service(&who));
        let text =
            timer(change.number("expiresInMs").unwrap_or(0), who.as_deref().unwrap_or("Somebody"), draft);
        caused(who, draft, actors);
        draft.keep(change);
        return ("disappearing", text);
    }
    let kinds = ROWS.iter().map(|row| row.kind);
    let Some(mut change) = kinds.into_iter().find_map(|kind| update.inner(kind)) else {
        return ("notice", "Something of the group was changed.".into());
    };
    let given = |row: &&Row, change: &mut Fields| {
        row.kind == change.name && (row.given.is_empty() || says(change, row.given))
    };
    let row = ROWS.iter().find(|row| given(row, &mut change)).expect("a kind was found by its row");
    let actor = actor(row.text).and_then(|key| Some((key, people.by_service(&change.service(key)?))));
    caused(actor.as_ref().map(|(_, who)| who.clone()), draft, actors);
    let text = sentence(row.text, &mut change, actor, people);
    invitees(&mut change, draft, people);
    draft.maybe("open-invitation", change.flag("hadOpenInvitation").then_some("true"));
    let inviter = change.service("inviterAci").map(|who| people.by_service(&who));
    draft.maybe("inviter", inviter);
    draft.keep(change);
    (row.event, text)
}

/// The field that a sentence begins with: who did it.
fn actor(form: &'static str) -> Option<&'static str> {
    let (key, _) = form.strip_prefix('{')?.split_once('}')?;
    key.starts_with(|c: char| c.is_ascii_lowercase()).then_some(key)
}

/// Whether a flag is set, or a text or an id is there. A flag is taken with it.
fn says(change: &mut Fields, key: &str) -> bool {
    change.flag(key) || (change.has(key) && (key.starts_with("new") || key.ends_with("Aci")))
}

/// Takes down who caused a change, once each.
fn caused(who: Option<String>, draft: &mut Draft, actors: &mut HashSet<String>) {
    if let Some(who) = who
        && actors.insert(who.clone())
    {
        draft.annotate(annotation::SENDER, who);
    }
}

/// Fills the places of a sentence.
fn sentence(
    form: &str,
    change: &mut Fields,
    actor: Option<(&'static str, String)>,
    people: &mut People,
) -> String {
    let mut text = String::new();
    let mut rest = form;
    while let Some((before, after)) = rest.split_once('{') {
        let (key, after) = after.split_once('}').expect("each row's places are closed");
        text += before;
        text += &match (key.split_at(1), &actor) {
            (("#", key), _) => change.number(key).unwrap_or(0).to_string(),
            (("=", key), _) => change.text(key).unwrap_or_default(),
            (("~", key), _) => change.word(key).unwrap_or_else(|| "unknown".into()),
            (_, Some((actor, who))) if *actor == key => who.clone(),
            _ => change.service(key).map_or_else(|| "Somebody".into(), |who| people.by_service(&who)),
        };
        rest = after;
    }
    text + rest
}

fn invitees(change: &mut Fields, draft: &mut Draft, people: &mut People) {
    for mut invitee in change.each("invitees") {
        let ids = ["inviteeAci", "inviteePni"].map(|key| invitee.service(key));
        if let Some(who) = ids.into_iter().flatten().next() {
            let who = people.by_service(&who);
            draft.annotate("invitee", who);
        }
        let inviter = invitee.service("inviterAci").map(|who| people.by_service(&who));
        draft.maybe("inviter", inviter);
        draft.keep(invitee);
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::schema::{Kind, notices::GROUP_UPDATE},
        *,
    };

    #[test]
    fn every_kind_of_change_has_a_sentence_made_of_its_own_fields() {
        for (kind, schema) in GROUP_UPDATE.names().filter(|(kind, _)| *kind != "groupExpirationTimerUpdate") {
            let Kind::Message(schema) = schema else { panic!("{kind} is no message") };
            let fields: Vec<_> = schema.names().map(|(name, _)| name).collect();
            let rows: Vec<_> = ROWS.iter().filter(|row| row.kind == kind).collect();
            assert!(rows.last().is_some_and(|row| row.given.is_empty()), "{kind}");
            for row in rows {
                let places = row.text.split('{').skip(1).map(|place| place.split_once('}').unwrap().0);
                let places = places.map(|place| place.trim_start_matches(['#', '=', '~']));
                let given = Some(row.given).filter(|given| !given.is_empty());
                places.chain(given).for_each(|key| assert!(fields.contains(&key), "{kind}: {key}"));
            }
        }
    }
}
