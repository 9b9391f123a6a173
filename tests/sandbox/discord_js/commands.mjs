// The commands: their definitions, and what each answers.

import {
  ActionRowBuilder,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ApplicationIntegrationType,
  AttachmentBuilder,
  ButtonBuilder,
  ButtonStyle,
  ContextMenuCommandBuilder,
  EmbedBuilder,
  InteractionContextType,
  MessageFlags,
  SlashCommandBuilder,
  StringSelectMenuBuilder,
  UserSelectMenuBuilder,
} from 'discord.js';
import { attachmentFacts, download, memberFacts, messageFacts, placeFacts, tell } from './facts.mjs';

const STYLES = ['watercolour', 'woodcut', 'water lilies'];

export const COMMANDS = [
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
  new SlashCommandBuilder()
    .setName('panel')
    .setDescription('Show buttons and menus')
    .setContexts(InteractionContextType.Guild, InteractionContextType.BotDM, InteractionContextType.PrivateChannel)
    .setIntegrationTypes(ApplicationIntegrationType.GuildInstall, ApplicationIntegrationType.UserInstall),
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

export async function describe(interaction) {
  const { targetMessage } = interaction;
  tell('menu', { ...placeFacts(interaction), target: await messageFacts(targetMessage) });
  await interaction.reply({ content: `It says: ${targetMessage.content}`, flags: MessageFlags.Ephemeral });
}

export async function complete(interaction) {
  const focused = interaction.options.getFocused(true);
  tell('autocomplete', { id: interaction.id, focused });
  const fitting = STYLES.filter((style) => style.startsWith(focused.value));
  await interaction.respond(fitting.map((style) => ({ name: `In ${style}`, value: style })));
}

async function showPanel(interaction) {
  tell('command', placeFacts(interaction));
  const labels = ['Update', 'Later', 'Form', 'Layout', 'Wrong'];
  const buttons = labels.map((label) =>
    new ButtonBuilder().setCustomId(label.toLowerCase()).setLabel(label).setStyle(ButtonStyle.Secondary));
  const tidy = [new ButtonBuilder().setCustomId('tidy').setLabel('Tidy').setStyle(ButtonStyle.Danger)];
  const people = new UserSelectMenuBuilder().setCustomId('people').setPlaceholder('Who?').setMaxValues(2);
  const sizes = new StringSelectMenuBuilder().setCustomId('sizes').setPlaceholder('Which size?')
    .addOptions({ label: 'Small', value: 's' }, { label: 'Large', value: 'l' });
  await interaction.reply({
    content: 'A panel',
    components: [buttons, tidy, [people], [sizes]].map((items) => new ActionRowBuilder().addComponents(...items)),
  });
}

const HANDLERS = { picture: makePicture, quota: answerQuota, panel: showPanel };

export const runCommand = (interaction) => HANDLERS[interaction.commandName](interaction);
