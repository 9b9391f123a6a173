// Messages of people, and replies to those that name the bot.

import { AttachmentBuilder } from 'discord.js';
import { memberFacts, messageFacts, picture, refusalFacts, tell } from './facts.mjs';

async function answerMention(message) {
  await message.react('👀');
  await message.channel.sendTyping();
  const file = new AttachmentBuilder(picture, { name: 'reply.png', description: 'a reply' });
  const reply = await message.reply({
    content: 'One moment',
    files: [file],
    allowedMentions: { repliedUser: false },
    nonce: message.id,
    enforceNonce: true,
  });
  const kept = reply.attachments.map(({ id }) => ({ id }));
  const edited = await reply.edit({ content: 'Here you are', attachments: kept });
  tell('replied', { to: message.id, pinged: [...reply.mentions.users.keys()], ...(await messageFacts(edited)) });
}

async function writePrivately(message) {
  try {
    const sent = await message.author.send({ content: 'Between us', files: [new AttachmentBuilder(picture)] });
    tell('sent', { to: message.id, ...(await messageFacts(sent)) });
  } catch (error) {
    tell('refusal', { id: message.id, ...refusalFacts(error) });
  }
}

export async function readMessage(message) {
  if (message.author.bot) return;
  const facts = await messageFacts(message);
  const again = await message.channel.messages.fetch({ message: message.id, force: true, cache: false });
  const namesMe = message.mentions.users.has(message.client.user.id);
  tell('message', {
    ...facts,
    namesMe,
    member: message.member ? memberFacts(message.member) : null,
    isDirect: message.channel.isDMBased(),
    readAgain: again.content,
  });
  if (message.content.endsWith('privately')) await writePrivately(message);
  else if (namesMe || message.channel.isDMBased()) await answerMention(message);
}
