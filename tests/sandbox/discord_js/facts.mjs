// What the library decoded, as plain values for standard output.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { InteractionType, MessageFlags } from 'discord.js';

/** What the bot posts where it has nothing else to post. */
export const picture = await readFile(process.env.PICTURE);

export const tell = (saw, facts) => process.stdout.write(`${JSON.stringify({ saw, ...facts })}\n`);

export async function download(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the CDN answered ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}

export async function attachmentFacts(attachment) {
  const data = await download(attachment.url);
  return {
    name: attachment.name,
    size: attachment.size,
    width: attachment.width,
    height: attachment.height,
    contentType: attachment.contentType,
    description: attachment.description,
    ephemeral: attachment.ephemeral,
    sha256: createHash('sha256').update(data).digest('hex'),
  };
}

const everyAttachment = (message) => Promise.all(message.attachments.map(attachmentFacts));

const customIds = (message) => message.components.flatMap((row) => row.components.map((item) => item.customId));

export async function messageFacts(message) {
  // Taken at once: the library changes its messages in place while files are downloaded.
  const facts = {
    id: message.id,
    channelId: message.channelId,
    author: message.author.username,
    content: message.content,
    embeds: message.embeds.map((embed) => embed.title),
    customIds: message.flags.has(MessageFlags.IsComponentsV2) ? [] : customIds(message),
    flags: message.flags.toArray(),
    type: message.type,
    edited: message.editedTimestamp !== null,
    repliesTo: message.reference?.messageId ?? null,
  };
  return { ...facts, attachments: await everyAttachment(message) };
}

export const memberFacts = (member) => ({
  name: member.user.username,
  displayName: member.displayName,
  roles: member.roles.cache.map((role) => role.name),
});

export const refusalFacts = ({ name, code, status, rawError }) => ({ name, code, status, errors: rawError.errors });

export function placeFacts(interaction) {
  const { guild, channel, member, memberPermissions, appPermissions } = interaction;
  const facts = {
    id: interaction.id,
    type: InteractionType[interaction.type],
    user: interaction.user.username,
    locale: interaction.locale,
    guildLocale: interaction.guildLocale,
    attachmentSizeLimit: interaction.attachmentSizeLimit,
    context: interaction.context,
    owners: interaction.authorizingIntegrationOwners,
    appPermissions: appPermissions.toArray(),
  };
  if (!guild) return facts;
  return {
    ...facts,
    guild: guild.name,
    channel: channel.name,
    member: memberFacts(member),
    memberPermissions: memberPermissions.toArray(),
    // What the library adds up from roles and overwrites, beside what Discord says of the same.
    computedAppPermissions: channel.permissionsFor(guild.members.me).toArray(),
    computedMemberPermissions: channel.permissionsFor(member).toArray(),
  };
}
