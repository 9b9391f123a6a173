// A small bot that knows discord.js and nothing of this repository.
//
// It is pointed at a Discord by DISCORD_BASE_URL and DISCORD_TOKEN, answers people, posts the file that PICTURE names,
// and writes one JSON line to standard output for everything that the library told it. It ends when its standard
// input ends, so that it never outlives the process that started it.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import {
  ActionRowBuilder,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  AttachmentBuilder,
  ButtonBuilder,
  ButtonStyle,
  Client,
  ContainerBuilder,
  ContextMenuCommandBuilder,
  EmbedBuilder,
  Events,
  FileUploadBuilder,
  GatewayIntentBits,
  InteractionType,
  LabelBuilder,
  MediaGalleryBuilder,
  MediaGalleryItemBuilder,
  MessageFlags,
  ModalBuilder,
  Partials,
  SlashCommandBuilder,
  StringSelectMenuBuilder,
  TextDisplayBuilder,
  TextInputBuilder,
  TextInputStyle,
  UserSelectMenuBuilder,
} from 'discord.js';

const base = process.env.DISCORD_BASE_URL;
const picture = await readFile(process.env.PICTURE);
const PATIENCE_MILLISECONDS = 20_000;
const STYLES = ['watercolour', 'woodcut', 'water lilies'];

const client = new Client({
  intents: [
    GatewayIntentBits.Guilds,
    GatewayIntentBits.GuildMessages,
    GatewayIntentBits.GuildMessageReactions,
    GatewayIntentBits.DirectMessages,
  ],
  // Without it, discord.js drops direct messages of channels that it has not seen.
  partials: [Partials.Channel],
  rest: { api: `${base}/api`, cdn: base },
});

const tell = (saw, facts) => process.stdout.write(`${JSON.stringify({ saw, ...facts })}\n`);

async function download(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the CDN answered ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}

async function attachmentFacts(attachment) {
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

async function messageFacts(message) {
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

const memberFacts = (member) => ({
  name: member.user.username,
  displayName: member.displayName,
  roles: member.roles.cache.map((role) => role.name),
});

// ---------------------------------------------------------------------------------------------------- commands

const COMMANDS = [
  new SlashCommandBuilder()
    .setName('picture')
    .setDescription('Make a picture')
    .addStringOption((option) =>
      option.setName('prompt').setDescription('What to make').setRequired(true).setMaxLength(200))
    .addAttachmentOption((option) => option.setName('image').setDescription('Where to start').setRequired(true))
    .addStringOption((option) => option.setName('style').setDescription('In which style').setAutocomplete(true))
    .addStringOption((option) =>
      option.setName('shape').setDescription('Its shape')
        .addChoices({ name: 'Square', value: '1:1' }, { name: 'Wide', value: '16:9' }))
    .addIntegerOption((option) =>
      option.setName('count').setDescription('How many').setMinValue(1).setMaxValue(4))
    .addNumberOption((option) => option.setName('strength').setDescription('How strongly'))
    .addBooleanOption((option) => option.setName('hd').setDescription('Finely'))
    .addUserOption((option) => option.setName('artist').setDescription('For whom'))
    .addRoleOption((option) => option.setName('team').setDescription('For which role'))
    .addChannelOption((option) => option.setName('place').setDescription('For which channel')),
  new SlashCommandBuilder()
    .setName('quota')
    .setDescription('Who may make how much')
    .setDefaultMemberPermissions('32')
    .addSubcommand((sub) =>
      sub.setName('show').setDescription('Show an allowance')
        .addUserOption((option) => option.setName('member').setDescription('Whose').setRequired(true)))
    .addSubcommandGroup((group) =>
      group.setName('role').setDescription('Allowances of roles')
        .addSubcommand((sub) =>
          sub.setName('set').setDescription('Set an allowance')
            .addRoleOption((option) => option.setName('who').setDescription('Whose').setRequired(true))
            .addIntegerOption((option) => option.setName('images').setDescription('How many')))),
  new SlashCommandBuilder().setName('panel').setDescription('Show buttons and menus'),
  new ContextMenuCommandBuilder().setName('Describe').setType(ApplicationCommandType.Message),
];

async function optionFacts({ type, name, value, attachment, user, member, role, channel }) {
  const facts = { type: ApplicationCommandOptionType[type], value };
  if (attachment) facts.attachment = await attachmentFacts(attachment);
  if (user) facts.user = user.username;
  if (member) facts.member = memberFacts(member);
  if (role) facts.role = role.name;
  if (channel) facts.channel = channel.name;
  return [name, facts];
}

const leaves = (options) => options.flatMap((option) => (option.options ? leaves(option.options) : [option]));

async function optionsOf(interaction) {
  return Object.fromEntries(await Promise.all(leaves(interaction.options.data).map(optionFacts)));
}

function placeFacts(interaction) {
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

async function makePicture(interaction) {
  tell('command', { ...placeFacts(interaction), options: await optionsOf(interaction) });
  const deferral = await interaction.deferReply({ withResponse: true });
  tell('deferral', { id: interaction.id, flags: deferral.resource.message.flags.toArray() });
  const source = interaction.options.getAttachment('image', true);
  const file = new AttachmentBuilder(await download(source.url), {
    name: 'picture.png',
    description: interaction.options.getString('prompt', true),
  });
  const buttons = new ActionRowBuilder().addComponents(
    new ButtonBuilder().setCustomId('again').setLabel('Again').setEmoji('🎲').setStyle(ButtonStyle.Primary),
    new ButtonBuilder().setURL('https://example.org/').setLabel('About').setStyle(ButtonStyle.Link),
  );
  const edited = await interaction.editReply({ content: 'Here it is', files: [file], components: [buttons] });
  tell('posted', { interaction: interaction.id, ...(await messageFacts(edited)) });
  const aside = await interaction.followUp({ content: 'Only you see this', flags: MessageFlags.Ephemeral });
  tell('posted', { interaction: interaction.id, ...(await messageFacts(aside)) });
}

async function answerQuota(interaction) {
  const path = [interaction.options.getSubcommandGroup(), interaction.options.getSubcommand()];
  tell('command', { ...placeFacts(interaction), path, options: await optionsOf(interaction) });
  await interaction.deferReply({ flags: MessageFlags.Ephemeral });
  const embed = new EmbedBuilder().setTitle('Allowance').addFields({ name: 'Left', value: '7' });
  const edited = await interaction.editReply({ embeds: [embed] });
  tell('posted', { interaction: interaction.id, ...(await messageFacts(edited)) });
  const user = interaction.options.getUser('member');
  if (!user) return;
  const asked = await interaction.guild.members.fetch({ user: [user.id] }); // asks the gateway
  const read = await interaction.guild.members.fetch({ user: user.id, force: true }); // asks REST
  tell('members', { interaction: interaction.id, asked: asked.map(memberFacts), read: memberFacts(read) });
}

async function describe(interaction) {
  const { targetMessage } = interaction;
  tell('menu', { ...placeFacts(interaction), target: await messageFacts(targetMessage) });
  await interaction.reply({ content: `It says: ${targetMessage.content}`, flags: MessageFlags.Ephemeral });
}

async function complete(interaction) {
  const focused = interaction.options.getFocused(true);
  tell('autocomplete', { id: interaction.id, focused });
  const fitting = STYLES.filter((style) => style.startsWith(focused.value));
  await interaction.respond(fitting.map((style) => ({ name: `In ${style}`, value: style })));
}

// --------------------------------------------------------------------------------------------------- components

async function showPanel(interaction) {
  const labels = ['Update', 'Later', 'Form', 'Layout', 'Wrong'];
  const buttons = labels.map((label) =>
    new ButtonBuilder().setCustomId(label.toLowerCase()).setLabel(label).setStyle(ButtonStyle.Secondary));
  const people = new UserSelectMenuBuilder().setCustomId('people').setPlaceholder('Who?').setMaxValues(2);
  const sizes = new StringSelectMenuBuilder().setCustomId('sizes').setPlaceholder('Which size?')
    .addOptions({ label: 'Small', value: 's' }, { label: 'Large', value: 'l' });
  await interaction.reply({
    content: 'A panel',
    components: [buttons, [people], [sizes]].map((items) => new ActionRowBuilder().addComponents(...items)),
  });
}

async function openForm(interaction) {
  const prompt = new TextInputBuilder().setCustomId('prompt').setStyle(TextInputStyle.Paragraph).setValue('a fox');
  const size = new StringSelectMenuBuilder().setCustomId('size').setRequired(false)
    .addOptions({ label: 'Small', value: 's' }, { label: 'Large', value: 'l' });
  const upload = new FileUploadBuilder().setCustomId('files').setRequired(false).setMaxValues(2);
  const form = new ModalBuilder().setCustomId(`form:${interaction.id}`).setTitle('Change the picture')
    .addTextDisplayComponents(new TextDisplayBuilder().setContent('Everything can be changed.'))
    .addLabelComponents(
      new LabelBuilder().setLabel('Prompt').setTextInputComponent(prompt),
      new LabelBuilder().setLabel('Size').setStringSelectMenuComponent(size),
      new LabelBuilder().setLabel('Files').setFileUploadComponent(upload),
    );
  await interaction.showModal(form);
  const submitted = await interaction.awaitModalSubmit({
    time: PATIENCE_MILLISECONDS,
    filter: (submission) => submission.customId === `form:${interaction.id}`,
  });
  const files = submitted.fields.getUploadedFiles('files');
  tell('form', {
    ...placeFacts(submitted),
    isFromMessage: submitted.isFromMessage(),
    prompt: submitted.fields.getTextInputValue('prompt'),
    size: submitted.fields.getStringSelectValues('size'),
    files: await Promise.all((files ?? []).map(attachmentFacts)),
  });
  await submitted.update({ content: submitted.fields.getTextInputValue('prompt'), components: [] });
}

async function showLayout(interaction) {
  const card = new ContainerBuilder().setAccentColor(0xff8800)
    .addTextDisplayComponents(new TextDisplayBuilder().setContent('# A card'))
    .addMediaGalleryComponents(new MediaGalleryBuilder().addItems(
      new MediaGalleryItemBuilder().setURL('attachment://card.png').setDescription('a card')));
  const file = new AttachmentBuilder(picture, { name: 'card.png' });
  const response = await interaction.reply({
    components: [card],
    files: [file],
    flags: MessageFlags.IsComponentsV2,
    withResponse: true,
  });
  const { message } = response.resource;
  const [text, gallery] = message.components[0].components;
  tell('layout', {
    ...(await messageFacts(message)),
    text: text.content,
    pictureSize: (await download(gallery.items[0].media.url)).length,
    alt: gallery.items[0].description,
  });
}

async function askForTooMuch(interaction) {
  await interaction.deferReply({ flags: MessageFlags.Ephemeral });
  try {
    await interaction.editReply({ content: 'x'.repeat(2001) });
  } catch (error) {
    const { code, status, rawError } = error;
    tell('refusal', { id: interaction.id, name: error.name, code, status, errors: rawError.errors });
  }
  await interaction.editReply({ content: 'That was too long.' });
}

const BUTTONS = {
  update: (interaction) => interaction.update({ content: `Updated by ${interaction.user}`, components: [] }),
  later: async (interaction) => {
    await interaction.deferUpdate();
    await interaction.editReply({ content: 'Edited later' });
  },
  form: openForm,
  layout: showLayout,
  wrong: askForTooMuch,
};

async function pressButton(interaction) {
  tell('press', {
    ...placeFacts(interaction),
    customId: interaction.customId,
    label: interaction.component.label,
    message: await messageFacts(interaction.message),
  });
  await BUTTONS[interaction.customId](interaction);
}

async function choose(interaction) {
  tell('choice', {
    ...placeFacts(interaction),
    values: interaction.values,
    users: interaction.users?.map((user) => user.username) ?? [],
    members: interaction.members?.map(memberFacts) ?? [],
  });
  await interaction.reply({ content: `Chosen: ${interaction.values.join(', ')}`, flags: MessageFlags.Ephemeral });
}

// ------------------------------------------------------------------------------------------------------ messages

async function answerMention(message) {
  await message.react('👀');
  await message.channel.sendTyping();
  const file = new AttachmentBuilder(picture, { name: 'reply.png', description: 'a reply' });
  const reply = await message.reply({ content: 'One moment', files: [file], allowedMentions: { repliedUser: false } });
  const kept = reply.attachments.map(({ id }) => ({ id }));
  const edited = await reply.edit({ content: 'Here you are', attachments: kept });
  tell('replied', { to: message.id, pinged: [...reply.mentions.users.keys()], ...(await messageFacts(edited)) });
}

async function readMessage(message) {
  if (message.author.bot) return;
  const facts = await messageFacts(message);
  const again = await message.channel.messages.fetch({ message: message.id, force: true, cache: false });
  const namesMe = message.mentions.users.has(client.user.id);
  tell('message', {
    ...facts,
    namesMe,
    member: message.member ? memberFacts(message.member) : null,
    isDirect: message.channel.isDMBased(),
    readAgain: again.content,
  });
  if (namesMe || message.channel.isDMBased()) await answerMention(message);
}

// -------------------------------------------------------------------------------------------------------- events

function answer(interaction) {
  if (interaction.isAutocomplete()) return complete(interaction);
  if (interaction.isMessageContextMenuCommand()) return describe(interaction);
  if (interaction.isButton()) return pressButton(interaction);
  if (interaction.isAnySelectMenu()) return choose(interaction);
  if (!interaction.isChatInputCommand()) return undefined; // forms are awaited where they were opened
  return { picture: makePicture, quota: answerQuota, panel: showPanel }[interaction.commandName](interaction);
}

const guildFacts = (guild) => ({
  name: guild.name,
  locale: guild.preferredLocale,
  channels: guild.channels.cache.map((channel) => channel.name),
  roles: guild.roles.cache.map((role) => role.name),
  me: memberFacts(guild.members.me),
  memberCount: guild.memberCount,
});

/** Let a failure of a handler be seen instead of ending the program. */
const guarded = (handle) => async (...args) => {
  try {
    await handle(...args);
  } catch (error) {
    tell('error', { text: error.stack });
  }
};

client.once(Events.ClientReady, guarded(async () => {
  const commands = await client.application.commands.set(COMMANDS);
  tell('ready', {
    user: client.user.username,
    applicationId: client.application.id,
    guilds: client.guilds.cache.map(guildFacts),
    commands: commands.map((command) => ({
      id: command.id,
      name: command.name,
      type: ApplicationCommandType[command.type],
      options: command.options.map((option) => option.name),
      permissions: command.defaultMemberPermissions?.toArray() ?? null,
    })),
  });
}));
client.on(Events.InteractionCreate, guarded(answer));
client.on(Events.MessageCreate, guarded(readMessage));
client.on(Events.MessageUpdate, (_, message) => tell('update', { id: message.id, content: message.content }));
client.on(Events.MessageDelete, (message) => tell('delete', { id: message.id }));
client.on(Events.MessageReactionAdd, (reaction, user) =>
  tell('reaction', { message: reaction.message.id, emoji: reaction.emoji.name, user: user.id }));
client.on(Events.GuildCreate, (guild) => tell('guild', guildFacts(guild)));
client.on(Events.GuildDelete, (guild) => tell('guild left', { name: guild.name }));
client.on(Events.ChannelCreate, (channel) => tell('channel', { id: channel.id, name: channel.name }));
client.on(Events.ThreadCreate, (thread) => tell('thread', { name: thread.name, parent: thread.parent.name }));
client.on(Events.GuildRoleCreate, (role) => tell('role', { name: role.name, permissions: role.permissions.toArray() }));
client.on(Events.ShardResume, (_, replayed) => tell('resumed', { replayed }));
client.on(Events.Error, (error) => tell('error', { text: error.stack }));
client.on(Events.Warn, (text) => tell('error', { text }));

async function end(code) {
  await client.destroy();
  process.exit(code);
}

process.stdin.on('end', () => end(0)).resume();
try {
  await client.login(process.env.DISCORD_TOKEN);
} catch (error) {
  tell('no login', { code: error.code });
  await end(1);
}
