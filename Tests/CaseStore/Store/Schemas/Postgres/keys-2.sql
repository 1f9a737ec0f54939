SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.keyfact (
    name text NOT NULL,
    value bigint NOT NULL
);
CREATE SEQUENCE public.keynumber
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
CREATE TABLE public.wrappedkey (
    id bigint NOT NULL,
    organisation bigint NOT NULL,
    scope bigint NOT NULL,
    subject bigint NOT NULL,
    slot bytea NOT NULL,
    destroyed bigint,
    CONSTRAINT wrappedkey_slot_check CHECK ((length(slot) = 69))
);
INSERT INTO public.keyfact VALUES ('shape', 1);
INSERT INTO public.keyfact VALUES ('destructions', 0);
INSERT INTO public.keyfact VALUES ('master', -1016950835453784720);
INSERT INTO public.wrappedkey VALUES (1882524419620865, 0, 0, 0, '\x01f1e3109a6abd8d70b0f783e4e3f6c5cdcad641bbc4608edc529c4b56d9b197cf6b274112bae1f0d5d7d2cde3a482a7ebefe58385aaa4b419904899c0abb39c1698e432ae', NULL);
INSERT INTO public.wrappedkey VALUES (1882524419620866, 1, 0, 0, '\x01f1e3109a6abd8d705ed1892caaacbda1c63f41a0bfa4526c23805ef244b5c0fe8ef43050da048a493e93f880af33f0186f83208ca5d7e9ed4d8d0b282d71312059a8b6c2', NULL);
INSERT INTO public.wrappedkey VALUES (1882524419620867, 1, 2, 1, '\x010006b0255f500002e27721e4965c28932d21bb73c92d07f01f18d717548b64c4072e3b7e7009229cfa9486333a9cdb9fc7b331ea4a578c373dc6fb320ded530c46c27790', NULL);
INSERT INTO public.wrappedkey VALUES (1882524419620868, 1, 1, 1, '\x010006b0255f5000021245a87fceaee76c538b07e6c97f64281dc982afa9ab4ebc9be09ebe9ddcb5484f3e4c44b7112fb6a2c492b977176d32011f9c87bdc0afd61dc4822f', NULL);
INSERT INTO public.wrappedkey VALUES (1882524419620869, 1, 1, 2, '\x010006b0255f5000021bcafc9d645e44386773aefc50d0d4c4704f23fb9ea086fb4b0c1e567ecbd8eac4a71fb179eb8d989e5f76a4f8b621813867a77baef80c094c72259c', NULL);
INSERT INTO public.wrappedkey VALUES (1882524419620870, 1, 1, 3, '\x010006b0255f50000200b92e743d8794b13db9974eb249a6b74f6384099ab5d44ed1c0829a3618523940b8f11a942c8fe40f4addf0b4d8ac184d570c525d8f40e57ceddbfc', NULL);
SELECT pg_catalog.setval('public.keynumber', 1882524419620870, true);
ALTER TABLE ONLY public.keyfact
    ADD CONSTRAINT keyfact_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.wrappedkey
    ADD CONSTRAINT wrappedkey_organisation_scope_subject_key UNIQUE (organisation, scope, subject);
ALTER TABLE ONLY public.wrappedkey
    ADD CONSTRAINT wrappedkey_pkey PRIMARY KEY (id);
CREATE INDEX keybydestruction ON public.wrappedkey USING btree (destroyed) WHERE (destroyed IS NOT NULL);
CREATE INDEX organisationkey ON public.wrappedkey USING btree (id) WHERE (scope = 0);
